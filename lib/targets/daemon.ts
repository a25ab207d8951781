/** The daemon of a target on this machine; where several run, the one that was started first. */
export type Daemon =
  | (RunningDaemon & { readonly state: 'running' })
  /** It is installed, and reads the files when it starts. */
  | (Unseen & { readonly state: 'stopped' })
  /** Neither installed nor running. */
  | (Unseen & { readonly state: 'absent' })
  /** The node is another tree, or the process cannot be trusted. */
  | (Unseen & { readonly state: 'unknown' })

interface Unseen {
  /** What reads the files at each call where no daemon has to run, such as Podman. */
  readonly program?: string
  /** The command that restarts it, where that is not the usual one. */
  readonly restart?: string
}

interface RunningDaemon {
  readonly pid: number
  /** In clock ticks after the start of the machine. */
  readonly startedAt: number
  readonly executable: string
  readonly version?: string
  /** The main file that it reads. */
  readonly config?: string
  readonly stateDirectory?: string
  /** What brings it, such as k3s. */
  readonly distribution?: string
  /** The command that restarts it, where that is not the usual one. */
  readonly restart?: string
  /** The unit of systemd that runs it; absent where it is not known. */
  readonly unit?: string
  /**
   * The socket at which it serves. Without one, all that proves a reload is that the process still runs after the signal;
   * a restart is left to the user.
   */
  readonly address?: string
}

/** Whether a daemon serves what it is for. */
export type DaemonResponse =
  /**
   * `usesFile`: the daemon has shown that the values in use are those of its file, so no reload is pending. Left out where it
   * cannot be seen.
   */
  | { readonly serves: true; readonly proof: string; readonly usesFile?: boolean }
  /**
   * `isFinal`: waiting does not help. `responds: false`: nothing responds at the socket. The daemon may still be starting,
   * without a handler for signals, and a signal could end it: none is sent before it responds.
   */
  | {
      readonly serves: false
      readonly problem: string
      readonly isFinal: boolean
      readonly responds?: boolean
    }
