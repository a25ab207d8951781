#!/bin/sh
# Installs the command for everybody on this machine, and its templates and documents with it.
set -eu
cd "$(dirname "$0")/.."
. tools/new-enough.sh

new_enough || {
  echo "regmirror needs Node 22.22 or newer, this is $(node --version 2>&1); install a newer one, then try again" >&2
  exit 2
}
# What root installs under a umask of 077, nobody else could run.
umask 022
tarball=$(sh tools/package.sh)
npm install --global --ignore-scripts --bin-links --no-dry-run --loglevel=error "./$tarball"
rm "$tarball"
