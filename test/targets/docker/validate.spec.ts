/** What regmirror says where dockerd refuses a new daemon.json. */
import assert from 'node:assert/strict'
import { observeDocker } from '../../../lib/targets/docker/doctor/observe-docker.ts'
import { daemonJsonRefused } from '../../../lib/targets/docker/doctor/rules/daemon-json-refused.ts'
import type { DockerSnapshot } from '../../../lib/targets/docker/snapshot.ts'
import { validate } from '../../../lib/targets/docker/validate.ts'
import { parseRelease } from '../../../lib/targets/release.ts'
import type { DesiredFile } from '../../../lib/targets/target.ts'
import type { Machine, View } from '../../../lib/targets/view.ts'

const path = '/etc/docker/daemon.json'
const FILE: DesiredFile = {
  ...{ path, content: '{}', secret: false, effect: 'reload', why: '' },
  owns: { kind: 'values', format: 'json', values: [] },
}

/** A machine that has dockerd where a user has no PATH. */
const machine = {
  files: { facts: async (file: string) => (file === '/usr/sbin/dockerd' ? { type: 'file' } : undefined) },
  run: async () => ({ code: 1, stdout: '', stderr: 'unable to configure: unknown option bogus' }),
} as unknown as Machine

const SNAPSHOT = { config: { path }, program: 'dockerd', installed: parseRelease('28.5.2') }

async function hintFor(program: string): Promise<string | undefined> {
  const snapshot = { ...SNAPSHOT, program }
  const [issue] = await validate([FILE], snapshot as unknown as DockerSnapshot, { machine })
  assert.match(issue?.message ?? '', /dockerd refuses the new file: .*unknown option bogus/)
  return issue?.hint
}

describe('a daemon.json that dockerd refuses', () => {
  it('has a command with the full path of dockerd', async () => {
    assert.match((await hintFor('dockerd')) ?? '', /^run \/usr\/sbin\/dockerd --validate --config-file \/etc/)
    assert.match((await hintFor('/opt/bin/dockerd')) ?? '', /^run \/opt\/bin\/dockerd --validate /)
  })

  it('is named as the present file where that is refused too', async () => {
    const snapshot = { ...SNAPSHOT, config: { path, found: { bytes: Buffer.from('{"bogus":1}') } } }
    const [issue] = await validate([FILE], snapshot as unknown as DockerSnapshot, { machine })
    assert.match(issue?.message ?? '', /dockerd refuses the present file: .*unknown option bogus/)
  })

  it('is a finding of doctor on this machine, with the words of dockerd', async () => {
    const found = { bytes: Buffer.from('{"bogus":1}'), ownership: { mode: 0o644 } }
    const snapshot = {
      ...{ ...SNAPSHOT, config: { path, found }, json: { value: { bogus: 1 }, text: '{"bogus":1}' } },
      ...{ directories: {}, certsDir: '/etc/docker/certs.d', daemons: { readers: [] } },
    } as unknown as DockerSnapshot
    const findingsOf = async (view: Partial<View>) => {
      const { observed } = await observeDocker(snapshot, view as View, [])
      return daemonJsonRefused.find(observed).map(({ problem }) => problem)
    }
    assert.deepEqual(await findingsOf({ machine }), [
      'dockerd refuses this file: unable to configure: unknown option bogus',
    ])
    assert.deepEqual(await findingsOf({}), [])
  })
})
