/**
 * The bundle: every command in a chunk of its own, so that what it does not need is not loaded; the schema compiled
 * ahead of time; no dependency left to install; the licences of the dependencies beside it.
 */
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { build, type Metafile, type Plugin } from 'esbuild'
import { listSchema } from '../lib/list/schema/list-schema.ts'
import { ajvOptions } from '../lib/list/schema/validator.ts'
import { targets } from '../lib/targets/index.ts'
import { thirdPartyLicenses } from './licenses.ts'

const root = path.resolve(import.meta.dirname, '..')

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

/** Replaces the folder `dist` by a new bundle; returns esbuild's list of its parts. A failed build leaves `dist` as it is. */
export async function bundle(dist: string): Promise<Metafile> {
  // Built beside it: an installed command may run from dist meanwhile, and a build may be interrupted.
  const building = `${dist}.building`
  await rm(building, { recursive: true, force: true })
  const metafile = await bundleInto(building)
  const licenses = await thirdPartyLicenses(root, Object.keys(metafile.inputs))
  await writeFile(path.join(building, 'THIRD-PARTY-LICENSES'), licenses, { mode: 0o644 })
  await rm(dist, { recursive: true, force: true })
  await rename(building, dist)
  return metafile
}

async function bundleInto(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['lib/main.ts'],
    outdir: path.join(folder, 'lib'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.22',
    minify: true,
    metafile: true,
    legalComments: 'linked',
    // esbuild does not see what its build for require() loads.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    // Packages written for require() need one; ES modules have none.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [plainWidth, compiledSchema],
  })
  return metafile
}
