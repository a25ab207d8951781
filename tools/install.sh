#!/bin/sh
# Installs the command with its templates and documents for all users of this machine.
set -eu
cd "$(dirname "$0")/.."
. tools/new-enough.sh

new_enough || {
  echo "regmirror requires Node 22.22 or newer, but this is $(node --version 2>&1); install Node 22.22, then try again, or (on Linux) build one file that needs no Node.js: npm run build:single" >&2
  exit 2
}
# Under a umask of 077, only root could run what root installs.
umask 022
tarball=$(sh tools/package.sh)
npm install --global --ignore-scripts --bin-links --no-dry-run --loglevel=error "./$tarball"
rm "$tarball"
