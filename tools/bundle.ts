/**
 * The bundle: scripts in one file, of which a command runs only those that it needs; the schema compiled ahead of time; no
 * dependency left to install; the licences of the dependencies beside it; V8's code cache for the Node that builds it.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv2020, type Options } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { build, type Metafile, type Plugin, transform } from 'esbuild'
import { readPresets } from '../lib/commands/presets.ts'
import { QUICK, WHOLE } from '../lib/list/schema/compile-schema.ts'
import { listSchema } from '../lib/list/schema/list-schema.ts'
import { targets } from '../lib/targets/index.ts'
import { thirdPartyLicenses } from './licenses.ts'

const root = path.resolve(import.meta.dirname, '..')
const { LATE, packBundle } = createRequire(import.meta.url)('../bin/load.js')

/**
 * With these, V8 makes the same cache of the same bundle each time: it works on one thread, and so much memory is new that
 * no garbage gets into the gaps between its values. They do not change which Node accepts the cache.
 */
const SAME_CACHE = ['--predictable', '--min-semi-space-size=128', '--max-semi-space-size=128']

/** yargs measures text with string-width, which takes longer to load than all of regmirror; the help is ASCII. */
const plainWidth: Plugin = {
  name: 'plain-width',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'plain-width' }))
    onLoad({ filter: /.*/, namespace: 'plain-width' }, () => ({
      contents: 'export default text => text.replace(/\\u001b\\[[0-9;]*m/g, "").length',
    }))
  },
}

/** Replaces the compiling of the schema by the compiled checks. */
const compiledSchema: Plugin = {
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

/** Packages that lib loads at their first use, and the names of their scripts. */
const LATE_PACKAGES = { '@iarna/toml': 'iarna-toml', 'toml-eslint-parser': 'toml-eslint-parser' }

/** Loads them as scripts of the bundle. */
const latePackages: Plugin = {
  name: 'late-packages',
  setup({ onLoad }) {
    onLoad({ filter: /lib\/formats\/load-package\.ts$/ }, () => ({
      contents: `const scripts = new Map(Object.entries(${JSON.stringify(LATE_PACKAGES)}))
        const exported = ({ default: whole, ...parts }) => whole ?? parts
        const load = name => require(name)
        export const loadPackage = name => exported(load('./' + scripts.get(name) + '.js'))`,
      loader: 'js',
    }))
  },
}

/** Puts the starter lists into the bundle. */
const embeddedPresets: Plugin = {
  name: 'embedded-presets',
  setup({ onLoad }) {
    onLoad({ filter: /lib\/commands\/presets\.ts$/ }, async () => {
      const presets = JSON.stringify(await readPresets())
      return { contents: `export const readPresets = async () => (${presets})`, loader: 'js' }
    })
  },
}

/** Replaces the folder `dist` by a new bundle; returns esbuild's list of its parts. A failed build leaves `dist` as it is. */
export async function bundle(dist: string): Promise<Metafile> {
  // Built beside it: an installed command may run from dist meanwhile, and a build may be interrupted.
  const building = `${dist}.building`
  await rm(building, { recursive: true, force: true })
  await mkdir(building)
  const metafile = await bundleInto(building)
  const licenses = await thirdPartyLicenses(root, Object.keys(metafile.inputs))
  await writeFile(path.join(building, 'THIRD-PARTY-LICENSES'), licenses, { mode: 0o644 })
  makeCodeCache(building)
  await rm(dist, { recursive: true, force: true })
  await rename(building, dist)
  return metafile
}

function makeCodeCache(folder: string): void {
  execFileSync(process.execPath, [...SAME_CACHE, path.join(root, 'tools/code-cache.ts'), folder], {
    env: { TMPDIR: tmpdir() },
    stdio: 'pipe',
  })
}

async function bundleInto(folder: string): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'lib/main.ts', ...scriptsOf(LATE_PACKAGES) },
    outdir: '.',
    write: false,
    bundle: true,
    // What is loaded with import() becomes a script of its own, which runs when it is first needed.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.22',
    minify: true,
    metafile: true,
    legalComments: 'external',
    // esbuild does not see what its build for require() loads.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    // yargs loads its own modules by name only where it is not bundled.
    define: { 'import.meta.url': '"file:///regmirror.js"' },
    plugins: [plainWidth, compiledSchema, latePackages, embeddedPresets],
  })
  const scripts = outputFiles.filter(file => file.path.endsWith('.js'))
  const notices = outputFiles.filter(file => file.path.endsWith('.LEGAL.txt')).map(file => file.text)
  const texts = await Promise.all(
    scripts.map(async ({ path: file, text }) => [nameOf(file), await toScript(text)]),
  )
  const id = createHash('sha256').update(JSON.stringify(texts)).digest('hex')
  const bytes = packBundle(id, './main.js', Object.fromEntries(texts))
  await writeFile(path.join(folder, 'regmirror.bundle'), bytes, { mode: 0o644 })
  await writeFile(path.join(folder, 'LEGAL.txt'), [...new Set(notices)].join('\n'), { mode: 0o644 })
  return metafile
}

/** Packages by the name of their script. */
function scriptsOf(packages: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(packages).map(([name, script]) => [script, name]))
}

/** As other scripts require it. */
function nameOf(file: string): string {
  return `./${path.basename(file)}`
}

/** An ES module as a script that bin/load.js runs: V8 compiles it from its code cache, and Node loads nothing for it. */
async function toScript(module: string): Promise<string> {
  const imported = [...module.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, name]) => name)
  const late = imported.filter(name => LATE.includes(name))
  if (late.length > 0) throw new Error(`${late}: remove it from LATE in bin/load.js, or import it statically`)
  const { code } = await transform(module, {
    format: 'cjs',
    target: 'node22.22',
    supported: { 'dynamic-import': false },
    charset: 'ascii',
    minify: true,
  })
  return `(function(exports,require,module){${code.trimEnd()}\n})\n`
}
