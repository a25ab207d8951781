/** What to know about a run that was interrupted, and about one that could not clean up. Pure. */
import type { Recovery } from '../apply/recover.ts'
import { issueText } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import type { Reader } from '../system/reader.ts'

export function recoveryNotices(
  { journal, outcome, foreign, problems = [] }: Recovery,
  { statePaths }: Reader,
): readonly Notice[] {
  const verb = outcome === 'finished' ? 'finished' : 'undid'
  const message = `regmirror ${verb} the interrupted ${journal.command} of ${journal.started_at}`
  return [
    { code: 'recovered', message, file: statePaths.directory },
    ...problems.map(issue => ({ code: 'restart_failed', message: issueText(issue) })),
    ...foreign.map(file => ({
      code: 'recovery_skipped',
      message: 'was changed outside regmirror after that run was interrupted; regmirror keeps the change',
      file,
    })),
  ]
}

/** `isClean`: no temporary file is left. */
export function cleanupNotices(isClean: boolean, { statePaths }: Reader): readonly Notice[] {
  if (isClean) return []
  const message = 'everything is written, but temporary files could not be removed; the next run removes them'
  return [{ code: 'cleanup_pending', message, file: statePaths.directory }]
}
