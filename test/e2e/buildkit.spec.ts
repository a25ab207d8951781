/** The real parser for buildkitd.toml that Debian has, that of docker buildx: it reads what regmirror renders, and refuses what regmirror refuses. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { parseConfigFile } from '../../lib/targets/buildkit/config/config-file.ts'
import { buildkitCases, buildkitList } from '../support/arbitrary/buildkit-nodes.ts'
import { isAccepted } from '../support/buildkit-config.ts'
import { isFullTest, SEED } from '../support/check-property.ts'
import { ROOT } from '../support/load.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { BUILDX, buildxProblem } from './support/buildx.ts'
import { needRuntime } from './support/runtimes.ts'

const NODES = path.join(ROOT, 'fixtures/nodes')
const TLS = path.join(ROOT, 'fixtures/tls')
const CONFIG = 'etc/buildkit/buildkitd.toml'

/**
 * Values and keys. buildx has the TOML parser of BuildKit before 0.28, which refuses some that later releases accept: dates,
 * and empty arrays for tables; it reads keys only in lower case.
 */
const VALUES: readonly string[] = [
  ...['true', '"true"', '1', '1.5', '"x"', '[]', '["x"]', '[1]', '[["x"]]', '{}', '{ x = "y" }'],
  ...[
    '[{ key = "k", cert = "c" }]',
    '[{ key = 1 }]',
    '[{ unknown = 1 }]',
    '1979-05-27',
    '"30s"',
    '"3 parsecs"',
  ],
]
const KEYS = [
  ...['registry."m.example".mirrors', 'registry."m.example".http', 'registry."m.example".insecure'],
  ...['registry."m.example".ca', 'registry."m.example".keypair', 'log.format'],
  ...['registry."m.example".unknown', 'registry', 'registry."m.example"', 'debug', 'root', 'grpc.uid'],
  ...['insecure-entitlements', 'worker.oci.gc', 'worker.oci.gcpolicy', 'worker.oci.labels', 'unknown'],
  ...['worker.oci.max-parallelism', 'dns.nameservers', 'history.maxEntries', 'log'],
]

describe('docker buildx', function () {
  this.timeout(300_000)
  before(function () {
    needRuntime(this, BUILDX, false)
  })

  it('reads every buildkitd.toml of the golden nodes, but tables with the name of an IPv6 address', () =>
    withDirectory(async home => {
      const names = globSync(`buildkit-*/after/${CONFIG}`, { cwd: NODES }).map(
        file => file.split('/')[0] ?? '',
      )
      assert.ok(names.length >= 8)
      for (const name of names) {
        const node = path.join(home, name)
        await fs.cp(path.join(NODES, name, 'after'), node, { recursive: true })
        const expected =
          name === 'buildkit-ipv6' ? /failed to parse buildkit config: .* table key cannot contain ']'/ : READ
        assert.match(await problemOn(node, home), expected, name)
      }
    }))

  it('reads what regmirror makes of any list and file', () =>
    withDirectory(async home => {
      let read = 0
      for (const [i, one] of fc.sample(buildkitCases, { seed: SEED, numRuns: 15 }).entries()) {
        const [node, list] = [path.join(home, `${i}`), path.join(home, `${i}.toml`)]
        await fs.mkdir(path.join(node, 'etc/buildkit'), { recursive: true })
        if (one.text !== undefined) await fs.writeFile(path.join(node, CONFIG), one.text)
        await fs.writeFile(list, buildkitList(one, TLS))
        const applied = await run(['apply', '--root', node, '-f', list, '--allow-files-from', TLS])
        if (applied.code !== 0) continue
        assert.match(await problemOn(node, home), READ, buildkitList(one, TLS) + one.text)
        read += 1
      }
      assert.ok(read > 9, `${read}`)
    }))

  it('refuses the types that regmirror refuses', () =>
    withDirectory(async home => {
      const cases = KEYS.flatMap(key => VALUES.map(value => `${key} = ${value}\n`)).filter(
        text => !/(keypair|gcpolicy) = \[\]/.test(text),
      )
      const sample = fc.sample(fc.constantFrom(...cases), { seed: SEED, numRuns: isFullTest ? 400 : 50 })
      const counts = { accepted: 0, refused: 0 }
      for (const text of new Set(sample)) {
        const file = path.join(home, 'buildkitd.toml')
        await fs.writeFile(file, text)
        const problem = buildxProblem(file, path.join(home, 'home'))
        const parses = problem === undefined || /failed to read/.test(problem)
        const own = parseConfigFile(file, Buffer.from(text))
        assert.equal(!('message' in own), parses, `regmirror: ${text}${JSON.stringify(own)}\n${problem}`)
        assert.equal(isAccepted(text), parses, `oracle: ${text}${problem}`)
        counts[parses ? 'accepted' : 'refused'] += 1
      }
      assert.ok(counts.accepted > 8 && counts.refused > 15, JSON.stringify(counts))
    }))
})

/** Nothing, or that a certificate is missing which the node had named before. */
const READ = /^(failed to read (CA|cert|key) file: (\/etc\/(own|old|ssl\/m)|\/[kc])\.pem:.*)?$/

/** What buildx finds wrong with the file of a node; certificates of regmirror are where they are below the node. */
async function problemOn(node: string, home: string): Promise<string> {
  const file = path.join(node, CONFIG)
  const text = await fs.readFile(file, 'utf8').catch(() => '')
  const copy = path.join(home, 'copy.toml')
  await fs.writeFile(copy, text.replaceAll('"/etc/buildkit/', `"${node}/etc/buildkit/`))
  return buildxProblem(copy, path.join(home, 'home')) ?? ''
}
