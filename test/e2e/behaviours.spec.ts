/**
 * The verdict of a probe is the result of a pull: for every behaviour in `fixtures/behaviours`, a mirror is healthy or
 * degraded if and only if the real containerd of that generation pulls through it alone. Each behaviour is tried on one
 * generation; on all of them in a full test.
 */
import assert from 'node:assert/strict'
import type { Probe } from '../../lib/model/report.ts'
import type { Behaviour } from '../support/behaviours/behaviour.ts'
import { readCorpus, shareOf } from '../support/behaviours/corpus.ts'
import { programTrees } from '../support/behaviours/programs.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'
import { describeSent } from './support/sent-requests.ts'
import { DEPTHS, type Trial, tryBehaviours } from './support/trial.ts'

const whole = await readCorpus()
const count = { agree: 0, all: 0 }

for (const [nth, { title, suite }] of generations.entries()) {
  describe(`behaviours of servers on ${title}`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const corpus = shareOf(whole, nth, generations.length)
    let trials: ReadonlyMap<string, Trial>

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      for (const name of programTrees(corpus.map(({ behaviour }) => behaviour))) needRuntime(this, name, true)
      trials = await tryBehaviours(tree, corpus)
    })

    for (const { name, behaviour } of corpus)
      it(`${name}: ${behaviour.about}`, () => {
        const trial = trials.get(name)
        assert(trial !== undefined)
        const depths = DEPTHS.filter(depth => depth === 'blob' || behaviour.shows !== 'layer')
        const wrong = depths.filter(depth => !agrees(trial.probes[depth], trial, behaviour))
        count.all += depths.length
        count.agree += depths.length - wrong.length
        const lines = [describePull(trial), ...wrong.map(depth => describeProbe(trial.probes[depth]))]
        if (wrong.length > 0) assert.fail(lines.join('\n'))
      })

    for (const { name } of corpus.filter(({ behaviour }) => isDirect(behaviour)))
      it(`${name}: a probe sends what a pull sends`, () => {
        const trial = trials.get(name)
        assert(trial !== undefined)
        if (trial.pullError !== undefined || trial.probes.blob.status !== 'healthy') return
        const pulled = describeSent(trial.sent.pull)
        assert.ok(pulled.length > 2)
        assert.deepEqual(describeSent(trial.sent.probe), pulled)
      })
  })
}

after(() => {
  if (count.all > 0) console.log(`    ${count.agree} of ${count.all} verdicts agree`)
})

/** A proxy and a cache in between change what arrives. */
function isDirect({ hosts, environment }: Behaviour): boolean {
  return environment === undefined && Object.values(hosts).every(({ program }) => program === undefined)
}

/** A rate limited mirror is degraded, and cannot serve now. */
function agrees({ status, reason }: Probe, { pullError }: Trial, { unknown }: Behaviour): boolean {
  if (status === 'unknown') return unknown !== undefined
  return (status !== 'unhealthy' && reason !== 'rate_limited') === (pullError === undefined)
}

function describeProbe({ depth, status, reason, detail }: Probe): string {
  return [depth, status, reason, detail].filter(part => part !== undefined).join(': ')
}

function describePull({ pullError }: Trial): string {
  return pullError === undefined ? 'the pull succeeds' : `the pull fails: ${pullError}`
}
