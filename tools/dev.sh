#!/bin/sh
# Runs a command with the Node and the packages that this repository is developed with, fetching
# either when it is missing: a fresh clone on a machine whose own Node is too old needs nothing first.
set -eu
cd "$(dirname "$0")/.."
. tools/new-enough.sh

# Whatever npm's settings or NODE_ENV leave out otherwise: programs for this machine are optional packages.
install() {
  npm ci "$@" --include=dev --include=optional --ignore-scripts --bin-links --package-lock \
    --no-global --no-dry-run --loglevel=error >&2
}

if ! new_enough; then
  own=$PWD/tools/node/node_modules/.bin
  if [ ! -x "$own/node" ]; then
    echo "regmirror is developed on Node 22.22 or newer; fetching one into tools/node" >&2
    install --prefix tools/node
  fi
  PATH=$own:$PATH
  new_enough || {
    echo "no Node for this machine in tools/node: install Node 22.22 or newer yourself, then try again" >&2
    exit 2
  }
fi

PATH=$PWD/node_modules/.bin:$PATH
export PATH

# Packages that somebody has installed without those for development are not what is needed, though they are new.
if [ ! node_modules/.package-lock.json -nt package-lock.json ] || ! node_modules/.bin/esbuild --version >/dev/null 2>&1; then
  echo "installing the packages regmirror is developed with" >&2
  install
  touch node_modules/.package-lock.json
fi

exec "$@"
