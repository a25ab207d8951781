/** Docker pulls through the mirrors of a list: 20.10 and the current one, with the graph driver and the containerd store. */
import assert from 'node:assert/strict'
import { type Outcomes, runSteps } from './support/docker/machine.ts'
import { stepsFor } from './support/docker/steps.ts'
import { needRuntime } from './support/runtimes.ts'

const DOCKERS = [
  { title: 'Docker 20.10', suite: 'bookworm', store: 'graphdriver' },
  { title: 'the current Docker with the graph driver store', suite: 'sid', store: 'graphdriver' },
  { title: 'the current Docker with the containerd store', suite: 'sid', store: 'containerd' },
] as const

for (const { title, suite, store } of DOCKERS) {
  describe(title, function () {
    this.timeout(300_000)
    let outcomes: Outcomes = {}

    before(async function () {
      needRuntime(this, `docker.io-${suite}`, true)
      needRuntime(this, 'docker-buildx-sid', true)
      outcomes = await runSteps(suite, store)
    })

    for (const step of Object.keys(stepsFor(suite, store))) it(step, () => assert.equal(outcomes[step], ''))
  })
}
