#!/bin/sh
# What can be checked without running anything: format and lint, types, dead code.
set -eu
cd "$(dirname "$0")/.."

biome check .
tsc --noEmit -p .
knip
node tools/words.ts
