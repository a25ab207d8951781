/**
 * The bundle: one script, of which a command evaluates only the modules that it needs; the schema compiled ahead of time;
 * no dependency left to install; the licences of the dependencies beside it; V8's code cache for the Node that builds it.
 */
import { execFileSync } from 'node:child_process'
import { rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { build, type Metafile, type Plugin } from 'esbuild'
import { readPresets } from '../lib/commands/presets.ts'
import { listSchema } from '../lib/list/schema/list-schema.ts'
import { ajvOptions } from '../lib/list/schema/validator.ts'
import { targets } from '../lib/targets/index.ts'
import { thirdPartyLicenses } from './licenses.ts'

const root = path.resolve(import.meta.dirname, '..')

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

/** Replaces the compiling of the schema by the compiled check. */
const compiledSchema: Plugin = {
  name: 'compiled-schema',
  setup({ onLoad }) {
    onLoad({ filter: /lib\/list\/schema\/validator\.ts$/ }, () => {
      const ajv = new Ajv2020({ ...ajvOptions, code: { source: true } })
      const code = standalone.default(ajv, ajv.compile(listSchema(targets)))
      return {
        contents: `const module = { exports: {} };\n${code}\nexport const schemaValidator = () => module.exports.default ?? module.exports`,
        loader: 'js',
        resolveDir: root,
      }
    })
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
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['lib/main.ts'],
    outfile: path.join(folder, 'regmirror.js'),
    bundle: true,
    platform: 'node',
    // A module that is loaded with import() becomes a function of the same script, which runs when it is first needed.
    format: 'cjs',
    target: 'node22.22',
    // One byte a character: V8 reads it as it is.
    charset: 'ascii',
    minify: true,
    metafile: true,
    legalComments: 'linked',
    // The launcher compiles it as a script (bin/load.js).
    banner: { js: '(function(exports,require,module){' },
    footer: { js: '})' },
    // esbuild does not see what its build for require() loads.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    // yargs loads its own modules by name only where it is not bundled.
    define: { 'import.meta.url': '"file:///regmirror.js"' },
    plugins: [plainWidth, compiledSchema, embeddedPresets],
  })
  return metafile
}
