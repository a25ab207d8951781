/** What doctor finds in config.toml is why the real containerd does not use a mirror, and the cure makes it use it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { DoctorReport } from '../../lib/model/report.ts'
import { limitConcurrency } from '../../lib/system/concurrency.ts'
import { run } from '../support/run.ts'
import { withDirectory, writeTree } from '../support/tree.ts'
import { makeNode, type StartResult, tryContainerd } from './support/containerd.ts'
import { type BrokenNode, brokenNodes } from './support/doctor-nodes.ts'
import { startLoggingProxy } from './support/logging-proxy.ts'
import { runIn } from './support/machine-of-daemon.ts'
import { containerdVersion, needRuntime, treeOf } from './support/runtimes.ts'

const MIRROR = {
  '/etc/containerd/certs.d/reg.test/hosts.toml':
    'server = "https://reg.test"\n[host."http://mirror.test"]\ncapabilities = ["pull", "resolve"]\n',
}

/** Containerds that run at the same time. */
const inTurn = limitConcurrency(3)

for (const suite of ['trixie', 'sid']) {
  describe(`doctor and the containerd of ${suite}`, function () {
    this.timeout(300_000)
    const tree = treeOf(`containerd-${suite}`)
    const release = existsSync(tree) ? containerdVersion(tree) : '0.0.0'
    const cases = brokenNodes.filter(({ since }) => since.test(release))
    const trials = new Map<BrokenNode, Promise<Trial>>()
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
      for (const one of cases)
        trials.set(
          one,
          inTurn(() => tryNode(one, tree, release)),
        )
    })

    for (const one of cases) {
      it(`agree where ${one.title}`, async () => {
        const { before, after } = (await trials.get(one)) as Trial
        assert.ok(before.codes.includes(one.code), `${before.codes}`)
        assert.equal(before.uses, false, before.result)
        assert.deepEqual([after.codes, after.result, after.uses], [[], 'serves CRI', true])
      })
    }
  })
}

interface Observed {
  /** Of all findings. */
  readonly codes: readonly string[]
  readonly result: StartResult
  /** Whether a pull sends a request to the mirror. */
  readonly uses: boolean
}

interface Trial {
  readonly before: Observed
  readonly after: Observed
}

/** Observes a node before and after its cure. */
async function tryNode({ files, cured }: BrokenNode, tree: string, release: string): Promise<Trial> {
  return await withDirectory(async home => {
    const node = await makeNode(home)
    await writeTree(node, { ...MIRROR, ...files })
    const list = path.join(home, 'mirrors.toml')
    await fs.writeFile(
      list,
      `version = 1\n[registries."quay.io"]\n[targets.containerd]\nversion = "${release}"\n`,
    )
    const doctor = (...flags: string[]) =>
      run(['doctor', '--root', node, '-f', list, '--format', 'json', ...flags], { uid: 0 })
    const observe = async (): Promise<Observed> => {
      const { stdout, code } = await doctor()
      assert.notEqual(code, 2, stdout)
      const { findings } = JSON.parse(stdout) as DoctorReport
      // The list is there for the release only.
      const codes = findings.map(({ code }) => code).filter(code => code !== 'list_differs')
      return { codes, ...(await pullOn(tree, node)) }
    }
    const before = await observe()
    if (cured === undefined) await doctor('--fix')
    else await writeTree(node, cured)
    return { before, after: await observe() }
  })
}

async function pullOn(tree: string, node: string): Promise<Omit<Observed, 'codes'>> {
  const proxy = await startLoggingProxy()
  try {
    const { result } = await tryContainerd(tree, node, proxy.env, async daemon => {
      await assert.rejects(daemon.cri.pull('reg.test/team/app:latest'))
    })
    return { result, uses: proxy.requests.some(url => url.startsWith('http://mirror.test/')) }
  } finally {
    await proxy.close()
  }
}

/** One machine after the other: each `look` prints what doctor finds then. */
const SCRIPT = `
  look() { regmirror doctor --format json; }
  begin() { "$@" >/mnt/log 2>&1 & ready /mnt/log; }
  end() { kill %%; wait; }
  mkdir -p /etc/containerd/certs.d/reg.test /etc/systemd/system
  printf 'version = 2\\n[plugins."io.containerd.grpc.v1.cri".registry]\\nconfig_path = "/etc/containerd/certs.d"\\n' >/etc/containerd/config.toml
  printf 'server = "https://reg.test"\\n[host."http://10.1.2.3:5000"]\\n' >/etc/containerd/certs.d/reg.test/hosts.toml
  printf '[Service]\\nExecStart=/usr/bin/containerd -c /opt/node/c.toml\\n' >/etc/systemd/system/containerd.service
  look
  rm /etc/systemd/system/containerd.service
  begin env HTTP_PROXY=http://127.0.0.1:9 NO_PROXY=10.0.0.0/8 containerd $own; look
  sleep 0.3; touch /etc/containerd/config.toml; look; end
  begin env HTTP_PROXY=http://127.0.0.1:9 containerd $own; look; end
  echo 'version = 2' >/opt/node/c.toml
  begin containerd -c /opt/node/c.toml $own; look; end`

const HOSTS = '/etc/containerd/certs.d/reg.test/hosts.toml'
const CONFIG = '/etc/containerd/config.toml'

describe('doctor on a machine', function () {
  this.timeout(120_000)
  let found: readonly (readonly string[])[]
  before(async function () {
    needRuntime(this, 'containerd-trixie', true)
    const output = await runIn('trixie', SCRIPT)
    const reports = [...output.matchAll(/^\{[\s\S]*?^\}/gm)].map(([text]) => JSON.parse(text) as DoctorReport)
    found = reports.map(({ findings }) =>
      findings.map(({ severity, code, file }) => [severity, code, file].join(' ')),
    )
    assert.equal(found.length, 5, output)
  })

  it('names a config.toml that the unit does not start containerd with', () =>
    assert.deepEqual(found[0], [`error config_not_read ${CONFIG}`]))

  it('finds nothing where containerd reads the files, and its proxy has an exception', () =>
    assert.deepEqual(found[1], []))

  it('names a config.toml that is newer than the running containerd', () =>
    assert.deepEqual(found[2], [`warning restart_pending ${CONFIG}`]))

  it('names a mirror that the proxy of containerd has no exception for', () =>
    assert.deepEqual(found[3], [`warning proxied_mirror ${HOSTS}`]))

  it('reads the config of the daemon, and names the one that nothing reads', () =>
    assert.deepEqual(found[4], [
      'error config_path_unset /opt/node/c.toml',
      `note config_not_read ${CONFIG}`,
    ]))
})
