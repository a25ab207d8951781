/**
 * Builds the bundle in dist/: every command in a chunk of its own, so that what it does not need is not
 * loaded; the schema compiled ahead of time; no dependency left to install.
 */
import { readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { build, type Plugin } from 'esbuild'
import { ajvOptions } from '../lib/list/schema-validator.ts'

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
    onLoad({ filter: /lib\/list\/schema-validator\.ts$/ }, async () => {
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

// Beside it first: an installed command may run from dist meanwhile, and a build may be interrupted.
const [dist, building] = [path.join(root, 'dist'), path.join(root, 'dist.building')]
await rm(building, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['lib/main.ts'],
  outdir: path.join(building, 'lib'),
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.22',
  minify: true,
  legalComments: 'linked',
  // Packages written for require() need one; ES modules have none.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [plainWidth, undiciClient, compiledSchema],
})
await rm(dist, { recursive: true, force: true })
await rename(building, dist)
