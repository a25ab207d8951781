/** What makes a runtime read changed files. */

/** A runtime to reload or restart before every change takes effect, and the command for it. */
export interface Activation {
  readonly target: string
  readonly command: string
  readonly why: string
}

/** A runtime that was reloaded or restarted, and how it was seen to serve afterwards. */
export interface Activated {
  readonly target: string
  readonly action: 'reload' | 'restart'
  readonly command: string
  readonly proof: string
}
