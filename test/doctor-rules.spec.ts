/** Each rule of doctor has a file and a source, a broken node, and a proof on the real containerd. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { commonRules } from '../lib/doctor/rules.ts'
import { rules } from '../lib/targets/containerd/doctor/rules.ts'
import { readCase } from './support/fixture-node.ts'
import { ROOT } from './support/load.ts'

const NODES = path.join(ROOT, 'fixtures/doctor')
const cases = readdirSync(NODES).map(name => readCase(path.join(NODES, name)))
const codesOf = (some: typeof cases) =>
  new Set(some.flatMap(({ findings = [] }) => findings).map(text => text.split(' ')[1]))

/** What files alone do not show: a daemon is needed, or a file of another kind than git has. */
const WITHOUT_NODE = ['config_not_read', 'file_unusable', 'proxied_mirror', 'restart_pending']

/** Rules about certs.d whose nodes are not pulled on, and why. */
const WITHOUT_PULL: Readonly<Record<string, string>> = {
  dial_timeout_ignored: 'the mirror must not respond: test/e2e/differential.spec.ts',
  default_unknown: 'Debian has no containerd before 1.6.17',
  directory_hidden: 'it needs another config.toml: test/e2e/endpoints-cri.spec.ts',
  key_readable: 'containerd does not mind',
}

describe('rules of doctor', () => {
  for (const { code, part } of rules) {
    const file = path.join(ROOT, `lib/targets/containerd/doctor/${code.replaceAll('_', '-')}.ts`)

    it(`${code} has a file of its own, which names a test that exists`, () => {
      const text = readFileSync(file, 'utf8')
      const name = code.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
      assert.match(text, new RegExp(`^export const ${name}: Rule`, 'm'))
      const named = text.slice(0, text.indexOf('*/')).match(/test\/e2e\/[\w-]+\.spec\.ts/g) ?? []
      for (const spec of named) assert.ok(existsSync(path.join(ROOT, spec)), spec)
      assert.ok(named.length > 0 || Object.hasOwn(WITHOUT_PULL, code) || part !== 'hosts', 'names no test')
    })
  }

  it('have a broken node each', () => {
    const found = codesOf(cases)
    const codes = [...rules, ...commonRules].map(({ code }) => code)
    assert.deepEqual(codes.filter(code => !found.has(code)).sort(), WITHOUT_NODE)
  })

  it('about certs.d have a node on which the real containerd pulls', () => {
    const pulled = codesOf(cases.filter(({ pull }) => pull !== undefined))
    const without = rules.filter(({ part, code }) => part === 'hosts' && !pulled.has(code))
    assert.deepEqual(without.map(({ code }) => code).sort(), Object.keys(WITHOUT_PULL).sort())
  })

  it('have codes of their own', () => {
    const codes = [...rules, ...commonRules].map(({ code }) => code)
    assert.deepEqual([...new Set(codes)], codes)
  })
})
