/** The report of a plan. */
import assert from 'node:assert/strict'
import { buildPlanReport } from '../lib/plan/build-report.ts'
import type { Plan } from '../lib/plan/plan.ts'
import type { Step } from '../lib/plan/step.ts'
import { doneLines } from '../lib/reporters/plan-lines.ts'

const stepTo = (bytes: Buffer): Step => ({
  target: 'containerd',
  path: '/etc/containerd/certs.d/quay.io/hosts.toml',
  effect: 'immediate',
  why: '1 mirror for quay.io',
  refersTo: [],
  owns: { kind: 'whole', format: 'toml' },
  action: 'create',
  before: undefined,
  after: { bytes, ownership: { mode: 0o644 } },
})

const planOf = (steps: readonly Step[]): Plan => ({
  steps,
  permissionFixes: [],
  notices: [],
  reload: [],
  restart: [],
  unchanged: 0,
  daemons: [],
  endpoints: [],
  forgets: [],
  state: { version: 1, files: {}, made: [], empty: [] },
})

describe('the report of a plan', () => {
  it('has a diff that is made when it is read', () => {
    const bytes = Buffer.from('server = "https://quay.io"\n')
    let decoded = 0
    const decode = () => {
      decoded += 1
      return bytes.toString()
    }
    const step = stepTo(Object.assign(Buffer.from(bytes), { toString: decode }))
    const [change] = buildPlanReport('apply', planOf([step])).changes
    assert.equal(decoded, 0)
    assert.match(change?.diff ?? '', /^\+server = "https:\/\/quay\.io"$/m)
    assert.equal(decoded, 1)
    assert.match(JSON.stringify(change), /\+server = /)
  })

  it('says that no restart is required only where no file needs one', () => {
    const page = { paint: (_: string, text: string) => text, width: 100, wrapped: false }
    const lastLine = (effect: Step['effect']) => {
      const report = buildPlanReport('apply', planOf([{ ...stepTo(Buffer.from('')), effect }]))
      return doneLines(report, page).at(-1)
    }
    assert.equal(lastLine('immediate'), 'no restart required')
    // A user does not see which process must be restarted.
    for (const effect of ['reload', 'restart', 'when_used'] as const)
      assert.equal(lastLine(effect), '1 created, 0 updated, 0 deleted, 0 unchanged')
  })
})
