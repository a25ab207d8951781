/** A runtime that the files are for, as it was found on this machine. */
export interface TargetReport {
  readonly target: string
  readonly daemon: {
    /** `stopped`: installed; `absent`: not installed; `unknown`: its process is not trusted, or none has to run. */
    readonly state: 'running' | 'stopped' | 'absent' | 'unknown'
    readonly pid?: number
    /** What reads the files at each call, where no daemon has to run. */
    readonly program?: string
    readonly version?: string
    /** The main file that it reads. */
    readonly config?: string
    readonly executable?: string
    readonly state_directory?: string
    /** What brings it, such as k3s. */
    readonly distribution?: string
  }
}

export function isRunning({ daemon: { state } }: TargetReport): boolean {
  return state === 'running'
}
