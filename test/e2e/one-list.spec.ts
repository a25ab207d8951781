/** One list, every runtime on one node: containerd, Docker, Podman, Buildah and Skopeo pull through it all day. */
import assert from 'node:assert/strict'
import { type Outcomes, runOnMachine } from './support/docker/machine.ts'
import { steps } from './support/one-list/steps.ts'
import { needRuntime } from './support/runtimes.ts'

describe('one list for every runtime of a node', function () {
  this.timeout(300_000)
  const trees = ['podman-sid', 'docker.io-sid'] as const
  let outcomes: Outcomes = {}

  before(async function () {
    for (const tree of trees) needRuntime(this, tree, true)
    const program = new URL('./support/one-list/run-day.ts', import.meta.url).pathname
    outcomes = await runOnMachine(trees, [program])
  })

  for (const step of Object.keys(steps)) it(step, () => assert.equal(outcomes[step], ''))
})
