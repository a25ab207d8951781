/**
 * Any daemon.json, any mirrors of docker.io, and any change that another program makes in between: what is not of regmirror
 * stays, what Docker reads is what the list says, and `restore` puts every byte back.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { checkProperty } from '../../support/check-property.ts'
import { run } from '../../support/run.ts'
import { withDirectory } from '../../support/tree.ts'

const CONFIG = 'etc/docker/daemon.json'

interface Mirror {
  readonly host: string
  readonly skip: boolean
}

interface Case {
  /** Undefined: there is no file. */
  readonly text: string | undefined
  /** Of two lists that are applied one after the other. */
  readonly lists: readonly (readonly Mirror[])[]
  /** An insecure registry that another program adds between the two. */
  readonly added: string | undefined
}

const hosts = ['a.example', 'b.example:5000', 'c.example', 'reg.example']
const insecure = fc.uniqueArray(fc.constantFrom(...hosts, '10.0.0.0/8'), { maxLength: 3 })
const keys = fc.record(
  {
    debug: fc.boolean(),
    'log-opts': fc.dictionary(fc.constantFrom('max-size', 'tag', 'é"\\'), fc.string(), { maxKeys: 2 }),
    'registry-mirrors': fc.uniqueArray(fc.constantFrom('https://old.example', 'http://older.example/'), {
      maxLength: 2,
    }),
    'insecure-registries': insecure,
    dns: fc.array(fc.ipV4(), { maxLength: 2 }),
  },
  { requiredKeys: [] },
)
const layout = fc.record({
  indent: fc.constantFrom('', ' ', '  ', '\t', '    '),
  lineBreak: fc.constantFrom('\n', '\r\n'),
  end: fc.constantFrom('', '\n', '\n\n'),
  mark: fc.constantFrom('', '\ufeff'),
})
const texts = fc.oneof(
  fc.constantFrom(undefined, '', ' \n', '{}', '{ }\n'),
  fc.tuple(keys, layout).map(([value, { indent, lineBreak, end, mark }]) => {
    const text = JSON.stringify(value, null, indent).replaceAll('\n', lineBreak)
    return mark + text + end.replaceAll('\n', lineBreak)
  }),
)
const mirrors = fc.uniqueArray(
  fc.record({ host: fc.constantFrom(...hosts.slice(0, 3)), skip: fc.boolean() }),
  { maxLength: 3, selector: ({ host }) => host },
)
const cases: fc.Arbitrary<Case> = fc.record({
  text: texts,
  lists: fc.array(mirrors, { minLength: 2, maxLength: 2 }),
  added: fc.option(fc.constant('added.example:5000'), { nil: undefined }),
})

function listText(list: readonly Mirror[]): string {
  const items = list.map(
    ({ host, skip }) => `{ url = "https://${host}"${skip ? ', skip_verify = true' : ''} }`,
  )
  const rest = '[targets.docker]\nversion = "27.5"\n'
  return `version = 1\n[registries."docker.io"]\nmirrors = [${items.join(', ')}]\n${rest}`
}

const show = ({ text, lists, added }: Case) =>
  [JSON.stringify(text), ...lists.map(listText), `added: ${added}`].join('\n')

const parsed = (text: string | undefined): Record<string, unknown> =>
  text === undefined || text.trim() === '' ? {} : JSON.parse(text.replace(/^\ufeff/, ''))

async function check({ text, lists, added }: Case): Promise<void> {
  await withDirectory(async home => {
    const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
    const file = path.join(root, CONFIG)
    await fs.mkdir(path.dirname(file), { recursive: true })
    if (text !== undefined) await fs.writeFile(file, text)
    const read = async () => (existsSync(file) ? await fs.readFile(file, 'utf8') : undefined)
    for (const [i, mirrors] of lists.entries()) {
      await fs.writeFile(list, listText(mirrors))
      const { code, stderr } = await run(['apply', '--root', root, '-f', list])
      assert.equal(code, 0, stderr)
      assertHas(parsed(await read()), mirrors, parsed(text), i > 0 ? added : undefined)
      if (i === 0 && added !== undefined) await addInsecure(file, await read(), added)
    }
    assert.match((await run(['plan', '--root', root, '-f', list])).stdout, /^nothing to do/)
    const { code, stderr } = await run(['restore', '--root', root])
    assert.equal(code, 0, stderr)
    if (added === undefined) assert.equal(await read(), text)
    else assertRestored(parsed(await read()), parsed(text), added)
  })
}

/** The mirrors of the list; each host that is not verified, and every entry and key of others. */
function assertHas(
  now: Record<string, unknown>,
  list: readonly Mirror[],
  before: Record<string, unknown>,
  added: string | undefined,
): void {
  const { 'registry-mirrors': urls, 'insecure-registries': entries, ...rest } = now
  const { 'registry-mirrors': _, 'insecure-registries': foreign, ...others } = before
  assert.deepEqual(
    urls ?? [],
    list.map(({ host }) => `https://${host}`),
  )
  const needed = list.filter(({ skip }) => skip).map(({ host }) => host)
  const kept = [...((foreign as string[]) ?? []), ...(added === undefined ? [] : [added])]
  assert.deepEqual([...((entries as string[]) ?? [])].sort(), [...new Set([...kept, ...needed])].sort())
  assert.deepEqual(rest, others)
}

/** As another program would: it parses the file and writes it again. */
async function addInsecure(file: string, text: string | undefined, entry: string): Promise<void> {
  const value = parsed(text)
  const entries = [...((value['insecure-registries'] as string[]) ?? []), entry]
  await fs.writeFile(file, JSON.stringify({ ...value, 'insecure-registries': entries }, null, 2))
}

function assertRestored(now: Record<string, unknown>, before: Record<string, unknown>, added: string): void {
  const foreign = (before['insecure-registries'] as string[]) ?? []
  assert.deepEqual(now, { ...before, 'insecure-registries': [...foreign, added] })
}

describe('daemon.json', () => {
  it('keeps what is not of regmirror, and is as before after restore', async function () {
    this.timeout(300_000)
    await checkProperty(cases, 400, check, show)
  })
})
