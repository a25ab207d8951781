/** The buildkitd that runs: which file it reads, and what a plan says where it reads another. */
import assert from 'node:assert/strict'
import { NO_STATE } from '../../../lib/ownership/state.ts'
import { openReader } from '../../../lib/system/reader.ts'
import { buildkit } from '../../../lib/targets/buildkit/buildkit.ts'
import { parseDaemonFlags } from '../../../lib/targets/buildkit/command-line.ts'
import { type Daemons, NO_DAEMONS, type RunningDaemon } from '../../../lib/targets/buildkit/daemons.ts'
import { buildkitdRestartPending } from '../../../lib/targets/buildkit/doctor/rules/buildkitd-restart-pending.ts'
import { describePullClient } from '../../../lib/targets/buildkit/pull-client.ts'
import type { BuildkitSnapshot } from '../../../lib/targets/buildkit/snapshot.ts'
import { parseRelease, type Release } from '../../../lib/targets/release.ts'
import { mirror, PLACE, registry } from '../../support/lists.ts'
import { withDirectory } from '../../support/tree.ts'

const CONFIG = '/etc/buildkit/buildkitd.toml'

const daemon = (more: Partial<RunningDaemon> = {}): RunningDaemon => ({
  ...{ pid: 812, startedAt: 100, config: CONFIG, executable: '/usr/local/bin/buildkitd' },
  ...{ program: '/usr/local/bin/buildkitd', unit: 'buildkit.service', ...more },
})

const snapshot = (daemons: Partial<Daemons>, more: Partial<BuildkitSnapshot> = {}): BuildkitSnapshot => ({
  ...{ config: CONFIG, named: false, file: undefined, faults: [], setValues: [], written: [] },
  ...{ release: undefined, daemons: { ...NO_DAEMONS, ...daemons }, installed: true, onMachine: true },
  ...{ rootless: false, ...more },
})

const render = (one: BuildkitSnapshot) =>
  buildkit.render([registry('docker.io', [mirror('https://m.example')])], one, { takeOver: false })

describe('the command line of buildkitd', () => {
  const parse = (line: string) => parseDaemonFlags(line.split(' '))

  it('names the file, with one dash or two, and after switches', () => {
    assert.deepEqual(parse('buildkitd'), { config: undefined, address: undefined })
    assert.deepEqual(parse('buildkitd --addr fd:// --config /a.toml'), {
      config: '/a.toml',
      address: 'fd://',
    })
    assert.equal(parse('buildkitd --debug -config=/a.toml')?.config, '/a.toml')
    assert.equal(parse('buildkitd --oci-worker-gc --config /a.toml')?.config, '/a.toml')
    assert.equal(parse('buildkitd --oci-worker false --config /a.toml --config /b.toml')?.config, '/b.toml')
    assert.equal(parse('buildkitd --root /x config')?.config, undefined)
  })

  it('starts no daemon with --help or --version', () => {
    assert.equal(parse('buildkitd --version'), undefined)
    assert.equal(parse('buildkitd --debug -h'), undefined)
  })
})

describe('a plan for BuildKit', () => {
  it('is refused where the only buildkitd reads another file, unless the list names its own', () => {
    const others = [daemon({ config: '/srv/buildkitd.toml' })]
    assert.deepEqual(render(snapshot({ others })).conflicts, [
      {
        file: CONFIG,
        message: 'no running buildkitd reads this file: buildkitd (process 812) reads /srv/buildkitd.toml',
        hint: 'set config = "/srv/buildkitd.toml" in [targets.buildkit]',
      },
    ])
    assert.deepEqual(render(snapshot({ others }, { named: true })).conflicts, [])
    assert.deepEqual(render(snapshot({ others, readers: [daemon()] })).conflicts, [])
  })

  it('says that a builder of docker buildx has a copy where no buildkitd runs', () => {
    const codes = (one: BuildkitSnapshot) => render(one).notices.map(({ code }) => code)
    assert.deepEqual(codes(snapshot({})), ['builder_copy'])
    assert.deepEqual(codes(snapshot({ readers: [daemon()] })), [])
    assert.deepEqual(codes(snapshot({ readers: [daemon()], others: [daemon({ config: '/x.toml' })] })), [
      'other_config',
    ])
  })

  it('names the restart of a buildkitd without root, which it does not see', async () => {
    const [notice] = render(snapshot({}, { rootless: true })).notices
    assert.match(notice?.message ?? '', /systemctl --user restart buildkit; .* --buildkitd-config \/etc/)
    const user = { home: '/u', configHome: '/u/.config', dataHome: '/u/.d', stateHome: '/u/.s' }
    await withDirectory(async root => {
      const view = { node: openReader(root), state: NO_STATE, uid: 1000, machine: undefined, user }
      const { config } = await buildkit.observe(view, [], buildkit.settings.resolve({}, PLACE))
      assert.equal(config, '/u/.config/buildkit/buildkitd.toml')
    })
  })

  it('does not remove a certificate that a running buildkitd may load', () => {
    const old = '/etc/buildkit/certs.d/m.example/ca-0123456789ab.pem'
    assert.deepEqual(render(snapshot({}, { written: [old, CONFIG] })).held, [old])
  })

  it('restarts the unit that runs it', () => {
    const found = buildkit.daemon.find(snapshot({ readers: [daemon({ unit: 'bk.service' })] }))
    assert.equal(found.state === 'running' && found.restart, 'systemctl restart bk')
    assert.equal(buildkit.daemon.find(snapshot({})).state, 'stopped')
    assert.equal(buildkit.daemon.find(snapshot({}, { installed: false })).state, 'absent')
    assert.equal(
      buildkit.daemon.find(snapshot({ doubted: [{ pid: 1, why: 'is not trusted' }] })).state,
      'unknown',
    )
  })
})

describe('doctor, of a running buildkitd', () => {
  const find = (changed: number) =>
    buildkitdRestartPending.find({
      ...{ snapshot: snapshot({ readers: [daemon()] }), file: undefined, named: new Map(), changed },
      ...{ startedAt: 1_000_000, now: 2_000_000 },
    })

  it('finds a file that is newer than it', () => {
    assert.equal(find(1_500_000)[0]?.cure, 'restart it: systemctl restart buildkit')
    assert.deepEqual(find(900_000), [])
    assert.deepEqual(find(3_000_000), [], 'the clock was wrong')
  })
})

describe('the client of BuildKit', () => {
  const agent = (text: string) => describePullClient(parseRelease(text) as Release).userAgent

  it('names the line of its release', () => {
    assert.equal(agent('0.32.2'), 'buildkit/v0.32')
    assert.equal(agent('0.11.6'), 'containerd/1.6.20')
    assert.equal(describePullClient().userAgent, 'buildkit/v0.32')
  })
})
