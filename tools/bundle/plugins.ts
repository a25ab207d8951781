/** What esbuild does for the bundle beyond its own. */
import { readFile } from 'node:fs/promises'
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
  'commands/catalog.ts': [...START, 'commands/init.ts'],
  'commands/templates.ts': [...START, 'commands/init.ts'],
  'commands/yargs-parser.ts': START,
  'commands/validate.ts': START,
  'targets/index.ts': START,
  'targets/containerd/containerd.ts': LIST,
  'targets/buildkit/buildkit.ts': LIST,
  'targets/nerdctl/nerdctl.ts': LIST,
  'targets/nerdctl/pull/nerdctl-explainer.ts': [...PLAN, 'commands/explain.ts'],
  'targets/nerdctl/read/read.ts': [...PLAN, 'commands/import.ts'],
  'targets/nerdctl/doctor/nerdctl-doctor.ts': [...PLAN, 'commands/doctor.ts'],
  'targets/buildkit/pull/buildkit-explainer.ts': [...PLAN, 'commands/explain.ts'],
  'targets/buildkit/read/read.ts': [...PLAN, 'commands/import.ts'],
  'targets/buildkit/read/buildkitd-toml.ts': [...PLAN, 'commands/import.ts'],
  'targets/buildkit/doctor/buildkit-doctor.ts': [...PLAN, 'commands/doctor.ts'],
  'list/source/toml.ts': START,
  'list/source/json.ts': LIST,
  'list/source/yaml.ts': LIST,
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
  'commands/apply.ts': PLAN,
  'commands/restore.ts': PLAN,
  'commands/watch.ts': PLAN,
  'commands/explain.ts': PLAN,
  'targets/containerd/pull/containerd-explainer.ts': [...PLAN, 'commands/explain.ts'],
  'pipeline/explain/probe-routes.ts': [...PLAN, 'commands/explain.ts', 'pipeline/probe-list.ts'],
  'commands/doctor.ts': PLAN,
  'commands/import.ts': PLAN,
  'targets/containerd/read/read.ts': [...PLAN, 'commands/import.ts'],
  'targets/containerd/read/documents.ts': [...PLAN, 'commands/import.ts'],
  'targets/docker/docker.ts': LIST,
  'targets/docker/read/daemon-json.ts': [...PLAN, 'commands/import.ts'],
  'targets/docker/info.ts': [...PLAN, 'targets/docker/docker.ts'],
  'targets/docker/respond.ts': [...PLAN, 'commands/apply.ts', 'targets/docker/docker.ts'],
  'targets/docker/pull/docker-explainer.ts': [...PLAN, 'commands/explain.ts', 'targets/docker/docker.ts'],
  'targets/docker/read/read.ts': [...PLAN, 'commands/import.ts', 'targets/docker/docker.ts'],
  'targets/docker/doctor/docker-doctor.ts': [...PLAN, 'commands/doctor.ts', 'targets/docker/docker.ts'],
  'targets/containerd/cri-response.ts': [...PLAN, 'commands/apply.ts'],
  'targets/containerd/doctor/containerd-doctor.ts': [...PLAN, 'commands/doctor.ts'],
}

/**
 * Lets each module that is loaded later import what is loaded before it. esbuild puts into one script what is needed by the
 * same modules, so there are a few scripts of what a run loads together, in place of a script for each mixture of commands.
 */
export const layers: Plugin = {
  name: 'layers',
  setup({ onLoad, onEnd }) {
    onLoad({ filter: /\/lib\/.*\.ts$/ }, async ({ path: file }) => {
      const earlier = EARLIER[path.relative(path.join(root, 'lib'), file)]
      if (earlier === undefined) return undefined
      const imports = earlier.map(name => `import ${JSON.stringify(path.join(root, 'lib', name))}\n`)
      return { contents: `${await readFile(file, 'utf8')}\n${imports.join('')}`, loader: 'ts' }
    })
    onEnd(({ metafile }) => {
      const later = Object.values(metafile?.outputs ?? {}).flatMap(({ entryPoint = '' }) => entryPoint)
      const unknown = later.filter(
        file => /^lib\/(?!main)/.test(file) && !(file.slice('lib/'.length) in EARLIER),
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
