#!/bin/sh
# Checks format, lint, types and dead code.
set -eu
cd "$(dirname "$0")/.."

biome check .
tsc --noEmit -p .
knip
node tools/words.ts
