/** The last words of a daemon, from the journal of systemd. */
import type { RunProgram } from '../system/run.ts'
import { onOneLine } from '../wording/printable.ts'

const LINES = 3
const LONGEST = 500

/** Lines about failures since a time in milliseconds; none where there is no journal. */
export async function readDaemonLog(
  run: RunProgram,
  unit: string,
  since: number,
  causes?: RegExp,
): Promise<readonly string[]> {
  const from = `@${Math.floor(since / 1000)}`
  const read = ['--quiet', '--no-pager', '--output', 'cat', '--lines', '500', '--unit', unit, '--since', from]
  const ran = await run('journalctl', read)
  return ran?.code === 0 ? failureLines(ran.stdout, causes) : []
}

/** Those about `causes`, else any. The first ones name the cause; those that follow are its consequences. */
export function failureLines(log: string, causes?: RegExp): readonly string[] {
  const lines = log.split('\n').map(onOneLine)
  const failures = lines.filter(line => FAILURE.test(line) && !/level=(info|debug)/.test(line))
  const likely = failures.filter(line => causes?.test(line))
  const shown = (likely.length > 0 ? likely : failures).map(line => line.replace(STAMP, '').slice(0, LONGEST))
  return [...new Set(shown)].slice(0, LINES)
}

const FAILURE = /\b(fail|failed|failure|invalid|error|panic|fatal|cannot|refused)\b/i
/** `time="…" level=warning msg=`, as logrus writes a line. */
const STAMP = /^time="[^"]*" level=\w+ (?=msg=)/
