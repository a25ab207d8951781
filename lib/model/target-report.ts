/** A runtime that the files are for, as it was found on this machine. */
export interface TargetReport {
  readonly target: string
  readonly daemon: {
    /** `stopped`: installed; `absent`: not installed; `unknown`: its process is not trusted. */
    readonly state: 'running' | 'stopped' | 'absent' | 'unknown'
    readonly pid?: number
    readonly version?: string
    /** The main file that it reads. */
    readonly config?: string
    readonly executable?: string
    readonly state_directory?: string
    /** What brings it, such as k3s. */
    readonly distribution?: string
  }
}

/** `containerd 2.1.9 (process 812) reads /etc/containerd/config.toml`. */
export function daemonText({ target, daemon: { pid, version, config, distribution } }: TargetReport): string {
  const name = [target, version].filter(Boolean).join(' ')
  const process = [`process ${pid}`, distribution && `of ${distribution}`].filter(Boolean).join(', ')
  return `${name} (${process})${config === undefined ? '' : ` reads ${config}`}`
}

export function isRunning({ daemon: { state } }: TargetReport): boolean {
  return state === 'running'
}
