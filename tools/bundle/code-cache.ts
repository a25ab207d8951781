/**
 * Writes V8's code cache of the bundle in a folder, for the Node that runs this. It holds the functions that ran before, so
 * commands run first: on a node of their own, without a network.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'

const require = createRequire(import.meta.url)
const { bytesFile, openBundle } = require('../../bin/load.js')

/** Port 9 of this machine refuses connections: a probe ends at once. */
const LIST = `version = 1

[registries."docker.io"]
mirrors = ["https://a.example", "https://b.example"]

[registries."registry.example:5000"]
mirrors = ["http://127.0.0.1:9"]

[targets.containerd]
version = "2.1"
`

/** As containerd's default configuration has it. */
const CONFIG = `version = 3

[plugins]
  [plugins.'io.containerd.cri.v1.images']
    snapshotter = 'overlayfs'
    [plugins.'io.containerd.cri.v1.images'.registry]
      config_path = ''
`

const folder = path.resolve(process.argv[2] ?? '')
const file = path.join(folder, 'regmirror.bundle')
// The cache is the same wherever it is made: no path is a part of it.
const bundle = bytesFile(readFileSync(file))
const { program, packCache } = openBundle(bundle, () => () => undefined, require, 'regmirror.bundle')
const place = mkdtempSync(path.join(tmpdir(), 'regmirror-build-'))
try {
  for (const args of commandsAt(place)) {
    process.argv = ['node', 'regmirror.bundle', ...args]
    const code = await program.start()
    if (code !== 0)
      throw new Error(`${args.join(' ')} failed with ${code}, so its functions are not in the cache`)
  }
} finally {
  rmSync(place, { recursive: true, force: true })
}
writeFileSync(path.join(folder, 'regmirror.cache'), packCache(), { mode: 0o644 })
process.exit(0)

/** What nodes run most often, on a node in this folder. */
function commandsAt(place: string): readonly (readonly string[])[] {
  const list = path.join(place, 'mirrors.toml')
  mkdirSync(path.join(place, 'node/etc/containerd'), { recursive: true })
  writeFileSync(path.join(place, 'node/etc/containerd/config.toml'), CONFIG)
  writeFileSync(list, LIST, { mode: 0o644 })
  const node = ['-f', list, '--root', path.join(place, 'node')]
  return [
    ['--version'],
    ['validate', '-f', list],
    ['plan', ...node],
    ['apply', ...node],
    ['apply', ...node],
    ['plan', ...node],
  ]
}
