#!/bin/sh
# Runs a command with the Node and the packages that this repository is developed with, fetching
# either when it is missing: a fresh clone on a machine whose own Node is too old needs nothing first.
set -eu
cd "$(dirname "$0")/.."

new_enough() {
  node -e 'var v = process.versions.node.split(".").map(Number); process.exit(v[0] > 22 || (v[0] === 22 && v[1] >= 22) ? 0 : 1)' 2>/dev/null
}

if ! new_enough; then
  own=$PWD/tools/node/node_modules/.bin
  if [ ! -x "$own/node" ]; then
    echo "regmirror is developed on Node 22.22 or newer; fetching one into tools/node" >&2
    npm ci --prefix tools/node --ignore-scripts --loglevel=error >&2
  fi
  PATH=$own:$PATH
  new_enough || {
    echo "no Node for this machine in tools/node: install Node 22.22 or newer yourself, then try again" >&2
    exit 2
  }
fi

if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  echo "installing the packages regmirror is developed with" >&2
  npm ci --ignore-scripts --loglevel=error >&2
  touch node_modules/.package-lock.json
fi

PATH=$PWD/node_modules/.bin:$PATH
export PATH
exec "$@"
