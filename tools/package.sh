#!/bin/sh
# Builds, packs and prints the name of the tarball. Builds first itself, because npm may be set to ignore scripts.
set -eu
cd "$(dirname "$0")/.."
umask 022

sh tools/dev.sh node tools/build.ts >&2
exec npm pack --ignore-scripts --pack-destination . --no-dry-run --no-json --loglevel=error
