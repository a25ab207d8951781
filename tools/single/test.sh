#!/bin/sh
# Runs the tests that start the command as a program against the single file instead. It is built with NODE_OPTIONS in
# effect: through it, some tests kill the program or shift its clock at an exact moment.
set -eu
cd "$(dirname "$0")/../.."

sh tools/debian/fetch.sh
node tools/build.ts
node tools/single/build.ts --test build/test
node tools/single/build.ts --test --one-thread build/test/one-thread
export REGMIRROR_BUILT=1 REGMIRROR_PROGRAM="$PWD/build/test/regmirror"
export REGMIRROR_ONE_THREAD="$PWD/build/test/one-thread/regmirror"

# What starts the command through these. Left out: what tests the npm package or a list of runtimes of its own.
specs=$(grep -lrE 'spawnCli|watching\(|inNamespace|startWatcher|runTraced|interrupted-runs|crash-nodes|support/(overlay|program|machine|booted)\.ts' \
  test --include='*.spec.ts' | grep -vE '^test/(targets/made-up/|e2e/(package|npm-settings|upgrade|single)\.)' | sort)
# shellcheck disable=SC2086
exec mocha --no-config --parallel --jobs 2 --forbid-only --timeout 300000 --reporter test/support/reporter.cjs "$@" $specs
