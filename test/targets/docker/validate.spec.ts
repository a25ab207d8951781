/** What regmirror says where dockerd refuses a new daemon.json. */
import assert from 'node:assert/strict'
import type { DockerSnapshot } from '../../../lib/targets/docker/snapshot.ts'
import { validate } from '../../../lib/targets/docker/validate.ts'
import { parseRelease } from '../../../lib/targets/release.ts'
import type { DesiredFile } from '../../../lib/targets/target.ts'
import type { Machine } from '../../../lib/targets/view.ts'

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

async function hintFor(program: string): Promise<string | undefined> {
  const snapshot = { config: { path }, program, installed: parseRelease('28.5.2') }
  const [issue] = await validate([FILE], snapshot as unknown as DockerSnapshot, { machine })
  assert.match(issue?.message ?? '', /dockerd refuses the new file: .*unknown option bogus/)
  return issue?.hint
}

describe('a daemon.json that dockerd refuses', () => {
  it('has a command with the full path of dockerd', async () => {
    assert.match((await hintFor('dockerd')) ?? '', /^run \/usr\/sbin\/dockerd --validate --config-file \/etc/)
    assert.match((await hintFor('/opt/bin/dockerd')) ?? '', /^run \/opt\/bin\/dockerd --validate /)
  })
})
