#!/bin/sh
# Runs every test: units, golden nodes, and the end-to-end tests, whose programs are fetched first.
# Without these programs, or without root, end-to-end tests are skipped; with CI=true that is a failure.
set -eu
cd "$(dirname "$0")/.."

{ sh tools/debian/fetch.sh && node tools/single/fetch.ts; } || {
  status=$?
  if [ "${CI:-}" = true ]; then exit "$status"; fi
  echo "end-to-end tests that need these programs are skipped" >&2
}
node tools/build.ts
export REGMIRROR_BUILT=1
# The packages are tested as they are released.
if [ "${REGMIRROR_TEST:-}" = full ]; then
  REGMIRROR_NODE=own sh tools/dev.sh node tools/release/release.ts build/release
  export REGMIRROR_RELEASE="$PWD/build/release"
fi
# Three at a time: end-to-end tests keep the processors busy, the others mostly wait. The long ones start first.
exec mocha --parallel --jobs 3 --spec 'test/e2e/**/*.spec.ts' "$@"
