/** The layout of lib: which folder may import which, and which files may touch anything outside the process. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const files = globSync('lib/**/*.ts', { cwd: root }).sort()
const sources = new Map(files.map(file => [file, readFileSync(path.join(root, file), 'utf8')]))

/** What a module imports: other modules of ours as `lib/…`, packages and built-ins by name; types left out or not. */
function importsOf(file: string, withTypes = true): readonly string[] {
  const source = sources.get(file) as string
  const statements = source.matchAll(
    /^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/gms,
  )
  return [...statements]
    .filter(([, type]) => withTypes || type === undefined)
    .map(([, , from, lazy]) => from ?? lazy ?? '')
    .map(name => (name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name))
}

const importers = (name: RegExp) => files.filter(file => importsOf(file).some(from => name.test(from)))
const below = (folder: string) => files.filter(file => file.startsWith(folder))

/** Each folder of lib, from the bottom to the top, and the folders that it may import, types included. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  wording: ['model'],
  system: ['model'],
  formats: ['model'],
  health: ['model', 'formats'],
  ownership: ['model', 'system', 'formats'],
  list: ['model', 'wording', 'system', 'formats', 'health', 'ownership'],
  targets: ['model', 'wording', 'system', 'formats', 'ownership'],
  plan: ['model', 'wording', 'system', 'formats', 'ownership', 'targets'],
  apply: ['model', 'wording', 'system', 'formats', 'ownership', 'targets', 'plan'],
  probe: ['model', 'wording', 'system', 'targets'],
  pipeline: [
    ...['model', 'wording', 'system', 'health', 'ownership', 'list', 'targets', 'plan', 'apply', 'probe'],
  ],
  watch: [
    ...['model', 'wording', 'system', 'formats', 'health', 'ownership', 'list', 'targets', 'plan', 'probe'],
    'pipeline',
  ],
  doctor: ['model', 'wording', 'system', 'formats', 'ownership', 'targets'],
  reporters: ['model', 'wording', 'system', 'formats', 'health', 'probe', 'pipeline'],
  commands: [
    ...['model', 'wording', 'system', 'health', 'ownership', 'list', 'targets', 'plan', 'apply', 'probe'],
    ...['pipeline', 'watch', 'doctor', 'reporters'],
  ],
}

/** What is outside the process: a pure file reaches none of these. */
const OUTSIDE = [
  ...['calls', 'read-disk', 'write-disk', 'nonblocking-output', 'run'].map(name => `lib/system/${name}.ts`),
  ...['node:fs', 'node:fs/promises', 'node:child_process', 'node:dgram', 'node:http', 'node:os'],
  'chokidar',
]

describe('architecture', () => {
  const single: [library: RegExp, importer: string][] = [
    [/^node:child_process$/, 'lib/system/run.ts'],
    [/^yargs/, 'lib/commands/yargs-parser.ts'],
    [/^ajv/, 'lib/list/schema/compile-schema.ts'],
    [/^yaml$/, 'lib/formats/yaml/package.ts'],
    [/^@iarna\/toml$/, 'lib/formats/toml/second-parser.ts'],
    [/^smol-toml$/, 'lib/formats/toml/fast-parser.ts'],
    [/^toml-eslint-parser$/, 'lib/formats/toml/tree-parser.ts'],
    [/^jsonc-parser$/, 'lib/formats/json/document.ts'],
    [/^diff$/, 'lib/formats/diff.ts'],
    [/^node:http$/, 'lib/watch/serve/serve.ts'],
    [/^node:dgram$/, 'lib/probe/dns/sockets.ts'],
    [/^chokidar$/, 'lib/watch/host/directory-watcher.ts'],
  ]
  for (const [library, importer] of single) {
    it(`${library.source} has one importer`, () => assert.deepEqual(importers(library), [importer]))
  }

  it('only system/ uses the file system', () => {
    const importing = [
      'lib/system/calls.ts',
      'lib/system/nonblocking-output.ts',
      'lib/system/process-limits.ts',
      'lib/system/read-disk.ts',
      'lib/system/standard-stream.ts',
      'lib/system/terminal.ts',
      'lib/system/write-disk.ts',
    ]
    assert.deepEqual(importers(/^node:fs/), importing)
    const writers = ['lib/system/make-directories.ts', 'lib/system/write-disk.ts']
    const writing = files.filter(file => importsOf(file, false).some(name => writers.includes(name)))
    assert.deepEqual(writing, [
      'lib/system/memory-file.ts',
      'lib/system/output-file.ts',
      'lib/system/write-disk.ts',
      'lib/system/writer.ts',
    ])
  })

  for (const [folder, allowed] of Object.entries(FOLDERS)) {
    it(`${folder}/ imports only ${[...allowed, 'nothing else'].join(', ')}`, () =>
      assert.deepEqual(
        below(`lib/${folder}/`).flatMap(file => foreignImports(file, allowed)),
        [],
      ))
  }

  it('has no folder that the table does not name', () =>
    assert.deepEqual(
      files.filter(file => !Object.keys(FOLDERS).some(folder => file.startsWith(`lib/${folder}/`))),
      ['lib/cli.ts', 'lib/main.ts'],
    ))

  it('a file that claims to be pure reaches nothing outside the process', () => {
    const pure = files.filter(file => /^\/\*\*[\s\S]*?\bPure\b[\s\S]*?\*\//.test(firstComment(file)))
    assert.ok(pure.length > 100, `${pure.length} files claim it`)
    for (const file of pure) {
      const reached = reach(file)
      const touched = OUTSIDE.filter(name => reached.has(name))
      assert.deepEqual(touched, [], `${file} reaches ${touched}`)
    }
  })

  it('folders that decide hold pure files only', () => {
    const deciding = ['model', 'wording', 'formats', 'health', 'list/rules', 'list/lints', 'list/values']
    const impure = deciding
      .flatMap(folder => below(`lib/${folder}/`))
      .filter(file => OUTSIDE.some(name => reach(file).has(name)))
    assert.deepEqual(impure, [])
  })

  it('a room of probe imports only the rooms below it', () => {
    const rooms = ['dns', 'x509', 'connection', 'tls', 'http', 'faults', 'api']
    for (const [nth, room] of rooms.entries()) {
      const allowed = new RegExp(`^lib/(?!probe/)|^lib/probe/(${rooms.slice(0, nth + 1).join('|')})/`)
      for (const file of below(`lib/probe/${room}/`)) {
        const wrong = importsOf(file).filter(from => sources.has(from) && !allowed.test(from))
        assert.deepEqual(wrong, [], file)
      }
    }
  })

  it('only the tables name a runtime', () => {
    const outside = importers(/^lib\/targets\/[^/]+\//).filter(file => !/^lib\/targets\/[^/]+\//.test(file))
    assert.deepEqual(outside, ['lib/targets/index.ts'])
  })

  it('a runtime knows no other runtime; what they share is in folders of its own', () => {
    const shared = ['hosts-toml']
    const foreign = below('lib/targets/').flatMap(file => {
      const [own, ...rest] = file.split('/').slice(2)
      const isForeign = (from: string) => {
        const [folder = '', ...more] = from.split('/').slice(2)
        return sources.has(from) && more.length > 0 && folder !== own && !shared.includes(folder)
      }
      return rest.length === 0
        ? []
        : importsOf(file)
            .filter(isForeign)
            .map(from => `${file} → ${from}`)
    })
    assert.deepEqual(
      foreign.filter(line => line.includes('→ lib/targets/')),
      [],
    )
  })

  it('only open.ts can open a node for writing', () => {
    const opening = files.filter(file => /\bopenWriter\b/.test(sources.get(file) as string))
    assert.deepEqual(opening, ['lib/pipeline/open.ts', 'lib/system/writer.ts'])
  })

  it('only apply/, and what hands a node to it, receives a Writer', () => {
    const allowed = [
      ...below('lib/apply/'),
      'lib/pipeline/lock.ts',
      'lib/pipeline/open.ts',
      'lib/pipeline/write-access.ts',
      'lib/watch/host/reconcile-node.ts',
      'lib/watch/host/saved-files.ts',
    ]
    assert.deepEqual(
      importers(/^lib\/system\/writer\.ts$/).filter(file => !allowed.includes(file)),
      [],
    )
  })

  it('only main knows the process', () => {
    const users = files.filter(file => /\bprocess\./.test(withoutComments(sources.get(file) as string)))
    assert.deepEqual(users, ['lib/main.ts'])
  })

  it('the wall clock is handed in by main alone; a probe may do without', () => {
    const readers = files.filter(file =>
      /\bDate\.now\b|\bnew Date\(\)/.test(withoutComments(sources.get(file) as string)),
    )
    assert.deepEqual(readers, ['lib/main.ts', 'lib/probe/probe.ts'])
  })

  it('what waits, expires or is due does not know the wall clock', () => {
    // history.ts and saved-files.ts write times that a watcher of another boot reads.
    const timed = files
      .filter(file => /^lib\/(health|watch|watch\/host|apply)\/[^/]+\.ts$/.test(file))
      .filter(file => !['lib/watch/history.ts', 'lib/watch/host/saved-files.ts'].includes(file))
    assert.ok(timed.length > 40)
    const wrong = timed.filter(file =>
      /\bwallTime\b|\breadClocks\b|\bDate\.now\b/.test(sources.get(file) as string),
    )
    assert.deepEqual(wrong, [])
  })

  it('nothing prints but through a stream that was handed in', () => {
    assert.deepEqual(
      files.filter(file => /\bconsole\./.test(sources.get(file) as string)),
      [],
    )
  })

  it('has no classes but the error, no default exports, no barrels, no utils', () => {
    for (const [file, source] of sources) {
      if (file !== 'lib/model/errors.ts') assert.doesNotMatch(source, /^(export )?(abstract )?class /m, file)
      assert.doesNotMatch(source, /^export default/m, file)
      assert.doesNotMatch(source, /^export (\*|\{[^}]*\}) from/m, file)
      assert.doesNotMatch(file, /util|helper|common|misc/)
    }
  })

  it('has no file over 200 lines', () => {
    const long = [...sources].filter(([, source]) => source.split('\n').length > 201).map(([file]) => file)
    assert.deepEqual(long, [])
  })

  it('has no function over 40 lines; openWriter is a table of methods', () => {
    const long = [...sources.values()]
      .flatMap(source => [...source.matchAll(/^(?:export )?(?:async )?function (\w+)[\s\S]*?^}/gm)])
      .filter(([text]) => text.split('\n').length > 40)
      .map(([, name]) => name)
    assert.deepEqual(long, ['openWriter'])
  })

  it('has no circular imports, of types neither', () =>
    assert.deepEqual(
      files.filter(file => reach(file, true).has(file)),
      [],
    ))
})

/** Everything that a module loads, directly or not; with types, also what only the compiler reads. */
function reach(file: string, withTypes = false, seen = new Set<string>()): Set<string> {
  for (const from of importsOf(file, withTypes)) {
    if (seen.has(from)) continue
    seen.add(from)
    if (sources.has(from)) reach(from, withTypes, seen)
  }
  return seen
}

/** Imports of a file from other folders than its own and these, as `file → import`. */
function foreignImports(file: string, allowed: readonly string[]): readonly string[] {
  const own = file.split('/')[1] as string
  const isForeign = (from: string) =>
    sources.has(from) && ![own, ...allowed].includes(from.split('/')[1] as string)
  return importsOf(file)
    .filter(isForeign)
    .map(from => `${file} → ${from}`)
}

function firstComment(file: string): string {
  return /^\/\*\*[\s\S]*?\*\//.exec(sources.get(file) as string)?.[0] ?? ''
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
