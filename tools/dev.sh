#!/bin/sh
# Runs a command with the Node and the packages that this repository is developed with. Fetches them when they are
# missing, so a fresh clone needs no preparation, even on a machine with an old Node.
set -eu
cd "$(dirname "$0")/.."
. tools/new-enough.sh

# In spite of npm's settings and NODE_ENV: programs for this machine are optional packages.
install() {
  npm ci "$@" --include=dev --include=optional --ignore-scripts --bin-links --package-lock \
    --no-global --no-dry-run --loglevel=error >&2
}

# The single file holds the Node of tools/node, whichever Node this machine has.
if [ "${REGMIRROR_NODE:-}" = own ] || ! new_enough; then
  own=$PWD/tools/node/node_modules/.bin
  if [ ! -x "$own/node" ]; then
    echo "fetching Node into tools/node: regmirror is developed on Node 22.22 or newer" >&2
    install --prefix tools/node
  fi
  PATH=$own:$PATH
  new_enough || {
    echo "there is no Node for this machine in tools/node; install Node 22.22 or newer, then try again" >&2
    exit 2
  }
fi

PATH=$PWD/node_modules/.bin:$PATH
export PATH

# Packages may be up to date and still lack those for development.
if [ ! node_modules/.package-lock.json -nt package-lock.json ] || ! node_modules/.bin/esbuild --version >/dev/null 2>&1; then
  echo "installing the packages regmirror is developed with" >&2
  install
  touch node_modules/.package-lock.json
fi

exec "$@"
