/** The arrows of the house, so that they stay: who may import what, and who may touch the world. */
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

describe('architecture', () => {
  const single: [library: RegExp, importer: string][] = [
    [/^node:child_process$/, 'lib/system/run.ts'],
    [/^yargs/, 'lib/cli.ts'],
    [/^ajv/, 'lib/list/schema/validator.ts'],
    [/^yaml$/, 'lib/list/source/yaml.ts'],
    [/^@iarna\/toml$/, 'lib/formats/toml/read.ts'],
    [/^toml-eslint-parser$/, 'lib/formats/toml/ast.ts'],
    [/^diff$/, 'lib/formats/diff.ts'],
    [/^undici/, 'lib/probe/http/request.ts'],
    [/^node:http$/, 'lib/watch/serve/serve.ts'],
    [/^node:dgram$/, 'lib/probe/names/sockets.ts'],
  ]
  for (const [library, importer] of single) {
    it(`${library.source} has one importer`, () => assert.deepEqual(importers(library), [importer]))
  }

  it('node:fs has one importer that reads, one that writes behind files.ts, and one for our own streams', () => {
    const importing = ['lib/system/disk.ts', 'lib/system/durable.ts', 'lib/system/own-stream.ts']
    assert.deepEqual(importers(/^node:fs/), importing)
    const writers = files.filter(file => importsOf(file, false).includes('lib/system/durable.ts'))
    assert.deepEqual(writers, ['lib/system/files.ts', 'lib/system/memory-file.ts', 'lib/system/new-file.ts'])
  })

  it('the nouns import nothing', () => assert.deepEqual(importsOf('lib/model/registry.ts'), []))

  it('what decides does not touch the world', () => {
    const pure = [
      'lib/model/report.ts',
      'lib/formats/secrets.ts',
      'lib/formats/toml/edit.ts',
      'lib/formats/diff.ts',
      'lib/plan/drift.ts',
      'lib/plan/report.ts',
      ...below('lib/formats/toml/'),
      ...below('lib/health/'),
      'lib/list/rules/rules.ts',
      'lib/list/resolve.ts',
      'lib/list/schema/schema.ts',
      ...below('lib/targets/containerd/').filter(file =>
        /render|host|endpoint|config-(?!dump)|generation|go-|plugin-names|image-name|pull-|releases|refusal|certificates/.test(
          file,
        ),
      ),
      ...below('lib/reporters/').filter(file => !/print/.test(file)),
      'lib/watch/serve/responses.ts',
      'lib/probe/names/domain-name.ts',
      'lib/probe/names/lookup-fault.ts',
      'lib/probe/names/nsswitch.ts',
      'lib/system/shortage.ts',
      'lib/system/pausable-timer.ts',
    ]
    const world = [
      'lib/system/disk.ts',
      'lib/system/durable.ts',
      'lib/system/run.ts',
      'node:fs',
      'node:net',
      'node:os',
      'undici',
    ]
    for (const file of pure) {
      const reached = reach(file)
      const touched = world.filter(name => reached.has(name))
      assert.deepEqual(touched, [], `${file} reaches ${touched}`)
    }
  })

  it('targets know neither the list as written, nor a command, nor a reporter', () => {
    for (const file of below('lib/targets/')) {
      const wrong = importsOf(file).filter(from =>
        /^lib\/(list|commands|pipeline|reporters|probe|plan|apply|cli)/.test(from),
      )
      assert.deepEqual(wrong, [], file)
    }
  })

  it('nothing below the commands imports a command', () => {
    const above = files.filter(file => !/^lib\/(commands\/|cli\.ts|main\.ts)/.test(file))
    assert.deepEqual(
      above.filter(file => importsOf(file).some(from => from.startsWith('lib/commands/'))),
      [],
    )
  })

  it('only apply/, and what opens the node for it, can write', () => {
    const writers = files.filter(file => /\bWriter\b/.test(sources.get(file) as string))
    const allowed = [
      ...below('lib/apply/'),
      'lib/pipeline/open.ts',
      'lib/pipeline/reconcile.ts',
      'lib/pipeline/watch-files.ts',
      'lib/pipeline/lock.ts',
      'lib/system/files.ts',
    ]
    assert.deepEqual(
      writers.filter(file => !allowed.includes(file)),
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
    const timed = [
      ...below('lib/health/'),
      ...[
        'adopt-list',
        'known',
        'loop',
        'memory',
        'report',
        'host/sleeper',
        'writes',
        'host/notify',
        'host/readiness',
      ].map(name => `lib/watch/${name}.ts`),
      'lib/watch/host/host.ts',
      'lib/apply/lock.ts',
      'lib/apply/socket.ts',
      'lib/pipeline/prober.ts',
    ]
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

  // What else is loaded late, a watcher would miss after an upgrade: it loads its command and every parser at start.
  it('only commands and parsers are loaded late', () =>
    assert.deepEqual(
      files.filter(file => /\bimport\(/.test(withoutComments(sources.get(file) as string))),
      ['lib/cli.ts', 'lib/list/source/source.ts'],
    ))

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

  it('has no circular imports', () => {
    const cycles = files.filter(file =>
      importsOf(file, false).some(from => sources.has(from) && reach(from).has(file)),
    )
    assert.deepEqual(cycles, [])
  })
})

/** Everything a module loads, directly or not; types load nothing. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  for (const from of importsOf(file, false)) {
    if (seen.has(from)) continue
    seen.add(from)
    if (sources.has(from)) reach(from, seen)
  }
  return seen
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
