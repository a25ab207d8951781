/** Loads lists as the commands do, and formats their problems as one string each. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { type LoadedList, type LoadOptions, loadList } from '../../lib/list/load.ts'
import { Failure, issueText } from '../../lib/model/errors.ts'
import { openWriter } from '../../lib/system/writer.ts'
import { targets } from '../../lib/targets/index.ts'

export const ROOT = path.join(import.meta.dirname, '../..')

/** Loads a list; by default not as root, and free to use the test certificates. */
export async function load(options: Partial<LoadOptions> & { root?: string } = {}): Promise<LoadedList> {
  const { root = '/', ...rest } = options
  return await loadList(openWriter(root), openWriter('/'), {
    allowFilesFrom: root === '/' ? [path.join(ROOT, 'fixtures/tls')] : [],
    directories: ['/etc/regmirror'],
    stdin: async () => Buffer.alloc(0),
    env: {},
    uid: 1000,
    now: Date.UTC(2026, 0, 1),
    targets,
    ...rest,
  })
}

/** Loads a text as if it came from standard input. */
export async function loadText(
  text: string | Uint8Array,
  format: 'toml' | 'yaml' | 'json' = 'toml',
  more: Partial<LoadOptions> = {},
) {
  return await load({ file: '-', format, stdin: async () => Buffer.from(text), ...more })
}

/** The Failure that the promise must reject with. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(outcome instanceof Failure, outcome === undefined ? 'there was no failure' : String(outcome))
  return outcome
}

/** The issues of that Failure, a line each, without the file. */
export async function problemsOf(promise: Promise<unknown>): Promise<string[]> {
  const { issues } = await failureOf(promise)
  return issues.map(issue => issueText({ ...issue, file: undefined }))
}
