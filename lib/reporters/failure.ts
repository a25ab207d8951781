/** What went wrong, as a report. Also for what should not have happened: one line, and how to see more. */
import { Failure, hasErrno, issueText } from '../model/errors.ts'
import type { ErrorReport } from '../model/report.ts'
import { shortageOf } from '../system/shortage.ts'

export function failureReport(
  error: unknown,
  env: Readonly<Record<string, string | undefined>>,
): ErrorReport {
  if (error instanceof Failure) {
    return { version: 1, kind: 'error', code: error.code, message: error.message, issues: error.issues }
  }
  const shortage = hasErrno(error) ? shortageOf(error.code) : undefined
  if (shortage !== undefined) {
    const issue = { message: shortage.problem, hint: shortage.remedy }
    return { version: 1, kind: 'error', code: 'io', message: issueText(issue), issues: [issue] }
  }
  const what = error instanceof Error ? (env.REGMIRROR_DEBUG ? error.stack : error.message) : String(error)
  const message = `this is a bug in regmirror, please report it: ${what}`
  const hint = 'REGMIRROR_DEBUG=1 shows where it happened'
  return { version: 1, kind: 'error', code: 'bug', message, issues: [{ message, hint }] }
}
