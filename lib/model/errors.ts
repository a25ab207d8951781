/** The one error class: a failure with an explanation. Anything else that is thrown is a bug. */
import { hideCredentials } from './hide-credentials.ts'

/** One thing that is wrong and what to do about it. Line and column count from 1. */
export interface Issue {
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  /** What is wrong. Never holds a secret; control characters are removed before it is shown. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** Stable words for `code` in the JSON report; scripts may match them. */
export type ErrorCode =
  | 'usage'
  | 'invalid_list'
  | 'conflict'
  | 'plan_outdated'
  | 'locked'
  | 'io'
  | 'restart_failed'
  | 'bug'

/** Printed with exit code 2, one line an issue, no stack. Credentials in messages are hidden. */
export class Failure extends Error {
  readonly code: ErrorCode
  readonly issues: readonly Issue[]

  constructor(code: ErrorCode, issues: readonly Issue[], cause?: NodeJS.ErrnoException) {
    const shown = issues.map(withoutCredentials)
    super(shown.map(issueText).join('\n'), { cause })
    this.code = code
    this.issues = shown
  }
}

/** A message may name a key of a file, and that may contain a password. */
function withoutCredentials(issue: Issue): Issue {
  const { message, hint } = issue
  return {
    ...issue,
    message: hideCredentials(message),
    ...(hint !== undefined && { hint: hideCredentials(hint) }),
  }
}

/** `file:line:column: problem; remedy`. */
export function issueText(issue: Issue): string {
  const place = [issue.file, issue.line, issue.column].filter(part => part !== undefined).join(':')
  const text = issue.hint === undefined ? issue.message : `${issue.message}; ${issue.hint}`
  return place === '' ? text : `${place}: ${text}`
}

/** True for errors of the operating system, with a code such as ENOENT. */
export function hasErrno(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    !(error instanceof Failure) &&
    typeof (error as NodeJS.ErrnoException).code === 'string'
  )
}

/** Whether the system did not allow what was tried, as for another user than root. */
export function isDenied(error: unknown): boolean {
  const cause = error instanceof Failure ? error.cause : undefined
  return hasErrno(cause) && (cause.code === 'EACCES' || cause.code === 'EPERM')
}
