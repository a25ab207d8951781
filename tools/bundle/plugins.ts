/** What esbuild does for the bundle beyond its own. */
import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Ajv2020, type Options } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import type { Plugin } from 'esbuild'
import { readPresets } from '../../lib/commands/presets.ts'
import { readTemplates } from '../../lib/commands/templates.ts'
import { QUICK, WHOLE } from '../../lib/list/schema/compile-schema.ts'
import { listSchema } from '../../lib/list/schema/list-schema.ts'
import { targets } from '../../lib/targets/index.ts'

export const root = path.resolve(import.meta.dirname, '../..')

/** yargs measures text with string-width, which takes longer to load than all of regmirror; the help is ASCII. */
export const plainWidth: Plugin = {
  name: 'plain-width',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'plain-width' }))
    onLoad({ filter: /.*/, namespace: 'plain-width' }, () => ({
      contents: 'export default text => text.replace(/\\u001b\\[[0-9;]*m/g, "").length',
    }))
  },
}

/** Replaces the compiling of the schema by the compiled checks. */
export const compiledSchema: Plugin = {
  name: 'compiled-schema',
  setup({ onLoad }) {
    const replace = (filter: RegExp, name: string, options: Options) =>
      onLoad({ filter }, () => ({
        contents: `const module = { exports: {} };\n${schemaCode(options)}\nexport const ${name} = () => module.exports.default ?? module.exports`,
        loader: 'js',
        resolveDir: root,
      }))
    replace(/lib\/list\/schema\/validator\.ts$/, 'schemaValidator', WHOLE)
    replace(/lib\/list\/schema\/quick-validator\.ts$/, 'quickValidator', QUICK)
  },
}

function schemaCode(options: Options): string {
  const ajv = new Ajv2020({ ...options, code: { source: true } })
  return standalone.default(ajv, ajv.compile(listSchema(targets)))
}

/** Packages that lib loads at their first use, and where their modules begin. */
const LATE_PACKAGES = {
  '@iarna/toml': '@iarna/toml',
  diff: 'diff',
  // esbuild does not see what its build for require() loads.
  'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
  'toml-eslint-parser': 'toml-eslint-parser',
  yaml: 'yaml',
}

/** Loads them as scripts of the bundle. */
export const latePackages: Plugin = {
  name: 'late-packages',
  setup({ onLoad }) {
    onLoad({ filter: /lib\/formats\/load-package\.ts$/ }, () => ({
      contents: `const exported = ({ default: whole, ...parts }) => whole ?? parts
        const load = name => require(name)
        export const loadPackage = name => exported(load('./' + (${packageScript})(name) + '.js'))`,
      loader: 'js',
    }))
  },
}

/** Puts the starter lists and the templates into the bundle. */
export const embeddedTemplates: Plugin = {
  name: 'embedded-templates',
  setup({ onLoad }) {
    const replace = (filter: RegExp, name: string, read: () => Promise<unknown>) =>
      onLoad({ filter }, async () => ({
        contents: `export const ${name} = async () => (${JSON.stringify(await read())})`,
        loader: 'js',
      }))
    replace(/lib\/commands\/presets\.ts$/, 'readPresets', readPresets)
    replace(/lib\/commands\/templates\.ts$/, 'readTemplates', readTemplates)
  },
}

/** Modules by what a run has loaded when it comes to them. */
const START = ['main.ts']
const LIST = [...START, 'commands/validate.ts', 'targets/index.ts', 'list/source/toml.ts']
const PLAN = [...LIST, 'commands/plan.ts']

/** For each module that lib loads with import(), what is loaded before it. */
const EARLIER: Readonly<Record<string, readonly string[]>> = {
  'commands/init.ts': START,
  'commands/completion.ts': START,
  'commands/init-template.ts': [...START, 'commands/init.ts', 'commands/catalog.ts', 'commands/templates.ts'],
  'commands/init-detected.ts': [...LIST, 'commands/init.ts'],
  'commands/catalog.ts': [...START, 'commands/init.ts'],
  'commands/templates.ts': [...START, 'commands/init.ts'],
  'commands/yargs-parser.ts': START,
  'commands/validate.ts': START,
  'targets/index.ts': START,
  'list/source/toml.ts': START,
  'list/source/json.ts': LIST,
  'formats/yaml/parse.ts': LIST,
  'list/foreign/foreign-file.ts': LIST,
  'list/schema/check-schema.ts': LIST,
  'commands/probe.ts': LIST,
  'commands/probe-urls.ts': [...LIST, 'commands/probe.ts'],
  'pipeline/probe-list.ts': LIST,
  'probe/api/pull.ts': LIST,
  'probe/dns/name-lookup.ts': LIST,
  'probe/tls/start-tls.ts': LIST,
  'probe/tls/tls-context.ts': LIST,
  'commands/plan.ts': LIST,
  'targets/containerd/config/turns-cri-off.ts': LIST,
  'commands/apply.ts': PLAN,
  'commands/restore.ts': PLAN,
  'commands/watch.ts': PLAN,
  'commands/explain.ts': PLAN,
  'pipeline/explain/probe-routes.ts': [...PLAN, 'commands/explain.ts', 'pipeline/probe-list.ts'],
  'commands/doctor.ts': PLAN,
  'commands/import.ts': PLAN,
}

/** The same for the modules of a target, which are named alike for every target. */
const OF_TARGET: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^targets\/([\w-]+)\/\1\.ts$/, LIST],
  [/^targets\/[\w-]+\/pull\//, [...PLAN, 'commands/explain.ts']],
  [/^targets\/[\w-]+\/read\//, [...PLAN, 'commands/import.ts']],
  [/^targets\/[\w-]+\/doctor\//, [...PLAN, 'commands/doctor.ts']],
  // What a daemon responds.
  [/^targets\/[\w-]+\/[\w-]+\.ts$/, [...PLAN, 'commands/apply.ts']],
]

/** `file` is relative to lib; undefined for a module that is loaded with its importers. */
function loadedBefore(file: string, late: ReadonlySet<string>): readonly string[] | undefined {
  return EARLIER[file] ?? (late.has(file) ? OF_TARGET.find(([name]) => name.test(file))?.[1] : undefined)
}

/** The modules of targets that are loaded with import(), relative to lib. */
async function findLateModules(): Promise<ReadonlySet<string>> {
  const lib = path.join(root, 'lib')
  const late = new Set<string>()
  for await (const file of glob('targets/**/*.ts', { cwd: lib })) {
    const source = await readFile(path.join(lib, file), 'utf8')
    for (const [, name = ''] of source.matchAll(/import\('([^']+)'\)/g))
      late.add(path.join(path.dirname(file), name))
  }
  return late
}

/**
 * Lets each module that is loaded later import what is loaded before it. esbuild puts into one script what is needed by the
 * same modules, so there are a few scripts of what a run loads together, in place of a script for each mixture of commands.
 */
export const layers: Plugin = {
  name: 'layers',
  setup({ onLoad, onEnd }) {
    const late = findLateModules()
    onLoad({ filter: /\/lib\/.*\.ts$/ }, async ({ path: file }) => {
      const earlier = loadedBefore(path.relative(path.join(root, 'lib'), file), await late)
      if (earlier === undefined) return undefined
      const imports = earlier.map(name => `import ${JSON.stringify(path.join(root, 'lib', name))}\n`)
      return { contents: `${await readFile(file, 'utf8')}\n${imports.join('')}`, loader: 'ts' }
    })
    onEnd(async ({ metafile }) => {
      const known = await late
      const later = Object.values(metafile?.outputs ?? {}).flatMap(({ entryPoint = '' }) => entryPoint)
      const unknown = later.filter(
        file => /^lib\/(?!main)/.test(file) && loadedBefore(file.slice('lib/'.length), known) === undefined,
      )
      if (unknown.length > 0) throw new Error(`EARLIER must say what is loaded before ${unknown.join(', ')}`)
    })
  },
}

/** Where the packages that are loaded late begin, by the name of their script. */
export const packageScripts = Object.fromEntries(
  Object.entries(LATE_PACKAGES).map(([name, entry]) => [packageScript(name), entry]),
)

function packageScript(name: string): string {
  return name.replace('@', '').replace('/', '-')
}
