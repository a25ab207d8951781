/** `targets` of a registry: which runtimes get it. */
import assert from 'node:assert/strict'
import { formatList } from '../../lib/list/format-list.ts'
import type { ExplainReport } from '../../lib/model/explain-report.ts'
import type { Notice, PlannedReport, ProbeReport, ValidateReport } from '../../lib/model/report.ts'
import { loadText } from '../support/load.ts'
import { startMirror } from '../support/mirror.ts'
import { onToyNode, type ToyNode } from '../targets/made-up/on-node.ts'
import { table } from '../targets/made-up/toy.ts'

const MIRROR = 'mirrors = ["https://m.example"]'

/** Code and message of the notices about a list with these tables. */
async function notices(...tables: readonly string[]): Promise<readonly string[]> {
  const text = ['version = 1', ...tables].join('\n')
  const loaded = await loadText(text, 'toml', { targets: table })
  return loaded.notices.map(({ code, line, registry, message }) => `${code} ${line} ${registry}: ${message}`)
}

describe('targets of a registry', () => {
  it('is no reason for a notice where the list configures them', async () => {
    const registry = ['[registries."quay.io"]', MIRROR]
    assert.deepEqual(await notices(...registry, 'targets = ["containerd"]'), [])
    assert.deepEqual(
      await notices(...registry, 'targets = ["toy"]', '[targets.containerd]', '[targets.toy]'),
      [],
    )
  })

  it('is reported with a name that the list does not configure', async () => {
    const registry = ['[registries."quay.io"]', MIRROR, 'targets = ["containerd", "toy"]']
    const unlisted =
      'target_not_configured 4 quay.io: this list does not configure toy; add [targets.toy], or remove it from targets'
    assert.deepEqual(await notices(...registry), [unlisted])
    assert.deepEqual(await notices(...registry, '[targets.containerd]'), [unlisted])
  })

  it('is reported where no runtime gets the registry', async () => {
    assert.deepEqual(await notices('[registries."quay.io"]', MIRROR, 'targets = ["toy"]'), [
      'registry_unused 4 quay.io: no runtime gets this registry, because this list configures only containerd; add [targets.toy], or change targets',
    ])
  })

  it('stays in a list that is written', () => {
    const text = formatList({
      comments: [],
      registries: [{ name: 'quay.io', mirrors: [], targets: ['toy'] }],
    })
    assert.match(text, /^targets = \["toy"\]$/m)
  })
})

const LIST = `version = 1
[registries."quay.io"]
mirrors = ["https://a.example"]
targets = ["toy"]
[registries."ghcr.io"]
mirrors = ["https://a.example"]
targets = ["containerd"]
[registries."gcr.io"]
mirrors = ["https://a.example"]
[targets.toy]
[targets.containerd]
`

/** The registries that a plan writes for each runtime. */
async function written(node: ToyNode, ...more: readonly string[]): Promise<readonly string[]> {
  const { changes } = await node.report<PlannedReport>(0, 'plan', ...more)
  const registryOf = (file: string) =>
    /(?:certs\.d|mirrors)\/([^/]*?)(?:\.toml)?(?:\/hosts\.toml)?$/.exec(file)?.[1]
  return changes.flatMap(({ target, path }) => {
    const registry = registryOf(path)
    return registry === undefined ? [] : [`${target} ${registry}`]
  })
}

const onNode = (use: (node: ToyNode) => Promise<void>) => onToyNode({ 'etc/': undefined }, use)

describe('a registry that some runtimes do not get', () => {
  it('is written for the others alone', () =>
    onNode(async node => {
      await node.writeList(LIST)
      assert.deepEqual([...(await written(node))].sort(), [
        'containerd gcr.io',
        'containerd ghcr.io',
        'toy gcr.io',
        'toy quay.io',
      ])
    }))

  it('leaves the node where it leaves a runtime', () =>
    onNode(async node => {
      await node.apply(LIST)
      await node.writeList(LIST.replace('targets = ["toy"]', 'targets = ["containerd"]'))
      const { changes } = await node.report<PlannedReport>(0, 'plan')
      const moved = changes.map(({ target, action, path }) => `${target} ${action} ${path}`)
      assert.deepEqual(moved.filter(line => line.includes('quay.io')).sort(), [
        'containerd create /etc/containerd/certs.d/quay.io/hosts.toml',
        'toy delete /etc/buildkit-toy/mirrors/quay.io.toml',
      ])
    }))

  it('is explained by "*" for a runtime that it leaves out', () =>
    onNode(async node => {
      const any = '[registries."*"]\nmirrors = ["https://any.example"]\n'
      await node.writeList(LIST.replace('[targets.toy]', `${any}[targets.toy]`))
      const { images } = await node.report<ExplainReport<Notice>>(0, 'explain', 'ghcr.io/a/b:1')
      assert.deepEqual(
        images.map(({ target, list }) => `${target} ${list?.registry}`),
        ['containerd ghcr.io', 'toy *'],
      )
      const changed = images.map(({ list }) => list?.changes?.map(({ path }) => path).join(' ') ?? '')
      assert.match(changed[0] ?? '', /ghcr\.io\/hosts\.toml/)
      assert.doesNotMatch(changed[1] ?? '', /ghcr|containerd/)
    }))

  it('counts in validate also where no runtime gets it', () =>
    onNode(async node => {
      await node.writeList(LIST.replace('[targets.containerd]\n', ''))
      const { registries, notices } = await node.report<ValidateReport>(0, 'validate')
      assert.equal(registries, 3)
      assert.deepEqual(
        notices.map(({ code, registry }) => `${code} ${registry}`),
        ['registry_unused ghcr.io'],
      )
    }))
})

describe('probes of a registry that some runtimes do not get', () => {
  /** Nothing listens at the mirror of ghcr.io. */
  const listOf = (origin: string, targets: string) => `version = 1
defaults.fallback = false
[registries."quay.io"]
mirrors = ["${origin}"]
targets = ["containerd"]
[registries."ghcr.io"]
mirrors = ["http://127.0.0.1:1"]
targets = ["toy"]
${targets}
`
  it('are sent where one of the runtimes gets it', () =>
    onNode(async node => {
      await using mirror = await startMirror()
      const registries = async (targets: string, ...more: string[]) => {
        await node.writeList(listOf(mirror.origin, targets))
        const { stdout } = await node.run('probe', '--format', 'json', ...more)
        const report: ProbeReport = JSON.parse(stdout)
        return report.registries.map(({ registry }) => registry)
      }
      assert.deepEqual(await registries('[targets.toy]\n[targets.containerd]'), ['quay.io', 'ghcr.io'])
      assert.deepEqual(await registries('[targets.containerd]'), ['quay.io'])
      const both = '[targets.toy]\n[targets.containerd]'
      assert.deepEqual(await registries(both, '--target', 'toy'), ['ghcr.io'])
    }))

  it('fail no check of a node that does not use it', () =>
    onNode(async node => {
      await using mirror = await startMirror()
      const apply = async (targets: string, ...more: string[]) => {
        await node.writeList(listOf(mirror.origin, targets))
        return (await node.run('apply', '--require-healthy', '--depth', 'ping', ...more)).code
      }
      assert.equal(await apply('[targets.toy]\n[targets.containerd]'), 1)
      assert.equal(await apply('[targets.containerd]'), 0)
      assert.equal(await apply('[targets.toy]\n[targets.containerd]', '--target', 'containerd'), 0)
    }))
})
