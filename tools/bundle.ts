/**
 * The bundle: every command in a chunk of its own, so that what it does not need is not loaded; the schema compiled
 * ahead of time; no dependency left to install; the licences of the dependencies beside it.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { build, type Metafile, type Plugin } from 'esbuild'
import { ajvOptions } from '../lib/list/schema/validator.ts'
import { thirdPartyLicenses } from './licenses.ts'

const root = path.resolve(import.meta.dirname, '..')

/** yargs measures text with string-width, which costs more at start than all of regmirror; our help is ASCII. */
const plainWidth: Plugin = {
  name: 'plain-width',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, () => ({ path: 'string-width', namespace: 'plain-width' }))
    onLoad({ filter: /.*/, namespace: 'plain-width' }, () => ({
      contents: 'export default text => text.replace(/\\u001b\\[[0-9;]*m/g, "").length',
    }))
  },
}

/** All of undici (fetch, caches, WebSocket, agents) is twice the start and 14 MB more than the one part that we use. */
const undiciClient: Plugin = {
  name: 'undici-client',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'undici-client' }))
    onLoad({ filter: /.*/, namespace: 'undici-client' }, () => ({
      contents: 'export { default as Client } from "undici/lib/dispatcher/client.js"',
      resolveDir: root,
    }))
  },
}

/** Replaces the compiling of schema.json by the compiled check. */
const compiledSchema: Plugin = {
  name: 'compiled-schema',
  setup({ onLoad }) {
    onLoad({ filter: /lib\/list\/schema\/validator\.ts$/ }, async () => {
      const ajv = new Ajv2020({ ...ajvOptions, code: { source: true } })
      const schema = JSON.parse(await readFile(path.join(root, 'schema.json'), 'utf8'))
      const code = standalone.default(ajv, ajv.compile(schema))
      return {
        contents: `const module = { exports: {} };\n${code}\nexport const schemaValidator = () => module.exports.default ?? module.exports`,
        loader: 'js',
        resolveDir: root,
      }
    })
  },
}

/** Replaces the folder `dist` by a new bundle; returns what esbuild has put into it. A failed build leaves `dist` alone. */
export async function bundle(dist: string): Promise<Metafile> {
  // Beside it first: an installed command may run from dist meanwhile, and a build may be interrupted.
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
    // Packages written for require() need one; ES modules have none.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [plainWidth, undiciClient, compiledSchema],
  })
  return metafile
}
