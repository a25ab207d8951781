/** What dockerd says of a daemon.json, without a daemon. */
import { withoutSecrets } from '../../formats/secrets.ts'
import { STDIN, withMemoryFile } from '../../system/memory-file.ts'
import { atLeast } from '../release.ts'
import type { Machine } from '../view.ts'
import type { DockerSnapshot } from './snapshot.ts'

/** A daemon.json: its text, and the path that messages name. */
interface Shown {
  readonly text: string
  readonly file: string
}

/** Up to 20.10, dockerd has no such flag and would start (cmd/dockerd/daemon.go@v23.0.0). */
const VALIDATES = '23.0.0'

/**
 * Why `dockerd --validate` refuses a text, without secrets; undefined: it accepts it, or cannot judge it here. The text is on
 * a copy that only this process and dockerd can read.
 */
export async function findRefusal(
  { text, file }: Shown,
  { program, installed }: Pick<DockerSnapshot, 'program' | 'installed'>,
  { run }: Pick<Machine, 'run'>,
): Promise<{ readonly reason: string | undefined } | undefined> {
  if (program === undefined || installed === undefined || !atLeast(installed, VALIDATES)) return undefined
  const outcome = await withMemoryFile(text, file, shown =>
    run(program, ['--validate', '--config-file', STDIN], shown),
  )
  if (outcome === undefined || outcome.code === 0) return undefined
  const said = withoutSecrets(outcome.stderr, text, 'json').replaceAll(STDIN, file)
  return { reason: outcome.code === null ? undefined : reasonIn(said) }
}

function reasonIn(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(
    /^unable to configure the Docker daemon with file [^:]*: /,
    '',
  )
}
