/**
 * Loaded before every test: what the bundle has done ahead of time, a test run does once. Unbuilt, each command
 * would compile the schema anew and measure its help with string-width, which is nine tenths of its time.
 */
import { registerHooks } from 'node:module'
import { Ajv2020 } from 'ajv/dist/2020.js'

const PLAIN_WIDTH = 'export default text => text.replace(/\\u001b\\[[0-9;]*m/g, "").length'

registerHooks({
  load: (url, context, next) =>
    url.includes('/node_modules/string-width/')
      ? { format: 'module', source: PLAIN_WIDTH, shortCircuit: true }
      : next(url, context),
})

const { compile } = Ajv2020.prototype
const compiled = new Map<unknown, ReturnType<typeof compile>>()
Ajv2020.prototype.compile = function (this: Ajv2020, schema: object) {
  const known = compiled.get(schema) ?? compile.call(this, schema)
  compiled.set(schema, known)
  return known
} as typeof compile
