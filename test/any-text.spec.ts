/**
 * For any text as list or config.toml, regmirror either succeeds, or refuses with a reason and a remedy and changes
 * nothing. It never prints a stack or reports a bug.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import type { ErrorReport } from '../lib/model/error-report.ts'
import { configs } from './support/arbitrary/configs.ts'
import { ENV, lists, TLS } from './support/arbitrary/lists.ts'
import { misshapen, mutated, noise } from './support/arbitrary/mutations.ts'
import { spelled } from './support/arbitrary/spelling.ts'
import { assertOneValue } from './support/assert-only-managed.ts'
import { checkProperty } from './support/check-property.ts'
import { takeSnapshot, withMemoryDirectory, writeNode } from './support/node-snapshot.ts'
import { run } from './support/run.ts'

const CONFIG = '/etc/containerd/config.toml'
const GOOD_CONFIG =
  '# theirs\nversion = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "pause"\n'

interface Texts {
  readonly list: Buffer
  readonly format: string
  readonly config: Buffer
}

/** Applies the list to a node with that config.toml: done, or refused and nothing changed. */
async function assertAnswered({ list, format, config }: Texts): Promise<void> {
  await withMemoryDirectory(async home => {
    const root = path.join(home, 'node')
    const file = path.join(home, `mirrors.${format}`)
    await fs.writeFile(file, list)
    await writeNode(root, { [CONFIG]: { kind: 'file', bytes: config, mode: 0o640, owner: 0 } })
    const before = await takeSnapshot(root)
    const flags = ['--root', root, '-f', file, '--allow-files-from', TLS]
    const plan = await run(['plan', ...flags], { env: ENV })
    const applied = await run(['apply', '--format', 'json', ...flags], { env: ENV })
    const after = await takeSnapshot(root)
    assert.equal(applied.code, plan.code)
    assert.ok(plan.code === 0 || plan.code === 2, `exit code ${plan.code}`)
    for (const line of plan.stderr.split('\n').slice(0, -1))
      assert.match(line, /^(error|notice): [^\0-\x1f\x7f]+$/)
    if (plan.code === 0) return assertOneValue(before[CONFIG]?.text, after[CONFIG]?.text)
    assert.equal(plan.stdout, '')
    assert.deepEqual(after, before, 'a refusal changes nothing')
    assertReasons(JSON.parse(applied.stdout), file, list.toString('utf8'))
  })
}

/** Of these, the whole file is the place. */
const OF_THE_FILE = /^is empty$|^is \d+ bytes;|^and \d+ more problems$/

function assertReasons({ code, issues = [] }: ErrorReport, file: string, text: string): void {
  assert.ok(['invalid_list', 'conflict', 'io'].includes(code), code)
  assert.ok(issues.length > 0)
  const lines = text.split('\n')
  for (const issue of issues) {
    assert.ok(issue.message.length > 0)
    assert.doesNotMatch(issue.message, /^\s*at /m)
    if (code !== 'invalid_list' || OF_THE_FILE.test(issue.message)) continue
    const { line = 0, column = 1 } = issue
    assert.equal(issue.file, file)
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}: ${issue.message}`)
    assert.ok(
      column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1,
      `column ${column}: ${issue.message}`,
    )
  }
}

function shown({ list, format, config }: Texts): string {
  return `--- ${format}\n${JSON.stringify(list.toString('latin1'))}\n--- config.toml\n${JSON.stringify(config.toString('latin1'))}`
}

const GOOD_LIST = Buffer.from('version = 1\n[registries."docker.io"]\nmirrors = ["https://a.example"]\n')
const soundList = spelled(lists(fc.constant(undefined)))

const brokenText = soundList.chain(({ format, text }) => {
  const list = fc.oneof({ weight: 6, arbitrary: mutated(fc.constant(text)) }, { weight: 1, arbitrary: noise })
  return fc.record({ list, format: fc.constant(format) })
})
const brokenShape = fc
  .tuple(
    soundList.chain(({ list }) => misshapen(list)),
    fc.constantFrom('yaml', 'json'),
  )
  .map(([value, format]) => ({ list: Buffer.from(JSON.stringify(value)), format }))

const brokenLists: fc.Arbitrary<Texts> = fc
  .oneof({ weight: 3, arbitrary: brokenText }, { weight: 1, arbitrary: brokenShape })
  .map(list => ({ ...list, config: Buffer.from(GOOD_CONFIG) }))

const anyConfig = fc.constantFrom(undefined, 1, 2, 2, 3, 4).chain(version => configs({ version }))
const release = fc.constantFrom('', '1.6', '1.7.24', '2.1', '2.3')
const brokenConfigs: fc.Arbitrary<Texts> = fc.record({
  list: release.map(text =>
    text === '' ? GOOD_LIST : Buffer.from(`${GOOD_LIST}[targets.containerd]\nversion = "${text}"\n`),
  ),
  format: fc.constant('toml'),
  config: fc.oneof({ weight: 6, arbitrary: mutated(anyConfig) }, { weight: 1, arbitrary: noise }),
})

describe('any text', function () {
  this.timeout(0)

  it('as a list is read, or refused with a position', () =>
    checkProperty(brokenLists, 1000, assertAnswered, shown))

  it('as config.toml is edited, or refused', () => checkProperty(brokenConfigs, 700, assertAnswered, shown))
})
