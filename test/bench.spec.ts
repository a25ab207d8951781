/** The benchmark with tiny numbers: it runs, and its results keep what a run does not measure. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { mergeResults } from './bench/support/results.ts'
import { needBuilt } from './e2e/support/built.ts'

const BENCH = path.resolve(import.meta.dirname, 'bench/bench.ts')
const TINY = {
  BENCH_ROUNDS: '1',
  BENCH_SIZES: '1,2',
  BENCH_TRACED_SIZES: '1,2',
  BENCH_SLOW_DISK_SIZE: '1',
  BENCH_TABLES: '10',
  BENCH_PEER_SIZES: '1',
  BENCH_IDLE_S: '1',
}
const EMPTY = 'Text.\n\n<!-- figures: begin -->\n<!-- figures: end -->\n\nMore text.\n'

describe('the benchmark', function () {
  this.timeout(300_000)
  before(needBuilt)

  it('measures start-up, scale and idle watchers', async () => {
    const env = { ...process.env, ...TINY, REGMIRROR_BUILT: '1' }
    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, 'start-up', 'scale', 'idle'], {
      env,
    })
    assert.match(stdout, /^`--version` +[\d.]+ × \(CPU [\d.]+ ×\), \d+ ms, \d+ MB +goal: /m)
    assert.match(stdout, /^`apply`, 2 registries, all to do +[\d.]+ ×/m)
    assert.match(stdout, /^`apply`, time per registry +-?\d+ µs at 2/m)
    assert.match(stdout, /^`plan`, config.toml with 10 tables \(0.0 MB\) +[\d.]+ ×/m)
    assert.match(stdout, /^shell loop, 1 registries, unchanged +[\d.]+ ×/m)
    assert.match(stdout, /^`watch`, 50 mirrors, CPU an hour +[\d.]+ s, scaled from 1 s/m)
    assert.doesNotMatch(stdout, /NaN|undefined/)
  })

  it('keeps the figures that a run does not measure', () => {
    const first = mergeResults(EMPTY, [row('plan', '7 ×'), row('apply', '11 ×')], 'a machine', 'before')
    const second = mergeResults(first, [row('apply', '4 ×')], 'a machine', 'now')
    assert.equal(second, withTable('| plan | 7 × | low |  |  |', '| apply | 11 × | low | 4 × |  |'))
  })

  it('keeps the single file in a column of its own', () => {
    const first = mergeResults(EMPTY, [row('plan', '7 ×')], 'a machine', 'now')
    const single = { measure: 'plan', goal: 'low', values: { 'single file': '1 ×' } }
    assert.equal(
      mergeResults(first, [single], 'a machine', 'now'),
      withTable('| plan |  | low | 7 × | 1 × |'),
    )
  })
})

function row(measure: string, now: string) {
  return { measure, goal: 'low', values: { now } }
}

function withTable(...rows: readonly string[]): string {
  const head = '| measure | before | goal | now | single file |\n| --- | --- | --- | --- | --- |'
  const figures = `Measured last on: a machine.\n\n${head}\n${rows.join('\n')}\n`
  return EMPTY.replace('begin -->\n', `begin -->\n${figures}`)
}
