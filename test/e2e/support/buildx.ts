/** The parser of docker buildx for buildkitd.toml, without a Docker daemon: what it reports says whether it has read the file. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { launcher } from './runtimes.ts'

export const BUILDX = 'docker-buildx-sid'

/** What buildx finds wrong with a file; undefined where it goes on to contact Docker. `home`: an empty directory. */
export function buildxProblem(file: string, home: string): string | undefined {
  fs.mkdirSync(home, { recursive: true })
  const args = ['create', '--driver', 'docker-container', '--buildkitd-config', file]
  const env = { HOME: home, DOCKER_HOST: `unix://${path.join(home, 'no-docker.sock')}`, PATH: '' }
  const { stderr } = spawnSync(launcher(BUILDX, 'docker-buildx'), args, { env, encoding: 'utf8' })
  if (/Cannot connect to the Docker daemon/.test(stderr)) return undefined
  const [, problem] = /^ERROR: (failed to .*)/m.exec(stderr) ?? []
  if (problem !== undefined) return problem
  // buildx 0.29 does not expect a keypair without cert or key, which it has parsed by then.
  if (/^panic: [\s\S]*LoadConfigFiles/m.test(stderr)) return 'failed to read a keypair'
  throw new Error(`buildx reports something else: ${stderr}`)
}
