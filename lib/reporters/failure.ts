/** An error as a report. A bug is one line too, with a way to see more. */

import type { ErrorReport } from '../model/error-report.ts'
import { Failure, hasErrno, issueText } from '../model/errors.ts'
import { findShortage } from '../system/shortage.ts'

export function failureReport(
  error: unknown,
  env: Readonly<Record<string, string | undefined>>,
): ErrorReport {
  if (error instanceof Failure) {
    return { version: 1, kind: 'error', code: error.code, message: error.message, issues: error.issues }
  }
  const shortage = hasErrno(error) ? findShortage(error.code) : undefined
  if (shortage !== undefined) {
    const issue = { message: shortage.problem, hint: shortage.remedy }
    return { version: 1, kind: 'error', code: 'io', message: issueText(issue), issues: [issue] }
  }
  const text = error instanceof Error ? (env.REGMIRROR_DEBUG ? error.stack : error.message) : String(error)
  const message = `this is a bug in regmirror, please report it: ${text}`
  const hint = 'set REGMIRROR_DEBUG=1 to see where it happened'
  return { version: 1, kind: 'error', code: 'bug', message, issues: [{ message, hint }] }
}
