/** The verdict of a probe for Docker is the result of its pull, for every way in which a mirror may respond. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Probe, ProbeReport } from '../../../../lib/model/report.ts'
import { buildImage } from '../../../support/image.ts'
import { startMirror } from '../../../support/mirror.ts'
import { AS_BUILT } from '../../../support/program.ts'
import { PING_BEHAVIOURS } from '../ping-first.ts'
import { pull } from './dockerd.ts'

const LIST = '/tmp/judged.toml'

async function regmirror(...args: readonly string[]): Promise<string> {
  const [program, ...first] = AS_BUILT
  try {
    return (await promisify(execFile)(program, [...first, ...args, '-f', LIST])).stdout
  } catch (error) {
    // The check of `probe` fails where no endpoint is healthy.
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    assert.equal(code, 1, stderr)
    return stdout
  }
}

/** This machine has no other network, so that no pull succeeds without the mirror. */
export async function judgesAsItPulls(
  names: readonly string[] = Object.keys(PING_BEHAVIOURS),
): Promise<void> {
  const results: string[] = []
  const pulledFrom: string[] = []
  for (const [nth, [about, bend]] of Object.entries(PING_BEHAVIOURS).entries()) {
    if (!names.includes(about)) continue
    // Docker keeps the blobs of every pull.
    const image = buildImage('library/busybox', `ping${nth}`, `ping ${nth}\n`)
    await using mirror = await startMirror(bend, image)
    const canary = `library/busybox:ping${nth}`
    await fs.writeFile(
      LIST,
      `version = 1\n[registries."docker.io"]\nmirrors = ["${mirror.origin}"]\ncanary = "${canary}"\n[targets.docker]\n`,
    )
    const { probes } = JSON.parse(
      await regmirror('probe', '--depth', 'blob', '--samples', '1', '--format', 'json'),
    ) as ProbeReport
    const probe = probes.find(({ role }) => role === 'mirror')
    await regmirror('apply', '--no-probe', '--reload')
    const failure = await pull(`docker.io/${canary}`).then(
      () => undefined,
      (error: Error) => error.message,
    )
    if (serves(probe) !== (failure === undefined))
      results.push(
        `${about}: ${probe?.status} ${probe?.detail ?? ''}; ${failure ?? 'is pulled'}\n${mirror.asked.join('\n')}`,
      )
    if (failure === undefined) pulledFrom.push(about)
  }
  assert.deepEqual(results, [], results.join('\n'))
  assert.ok(pulledFrom.includes('requires a token everywhere'), pulledFrom.join(', '))
}

function serves(probe: Probe | undefined): boolean {
  return probe?.status !== 'unhealthy' && probe?.reason !== 'rate_limited'
}
