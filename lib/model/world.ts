/** Everything outside the program as a value, so that a test can pass another. */

/** A stream to write to; a terminal also has a size. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Everything of the process that a command may use. */
export interface World {
  readonly stdout: Sink
  readonly stderr: Sink
  /** Standard input up to its end, or its first `limit` bytes; the rest is not read. */
  stdin(limit: number): Promise<Buffer>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Effective user id. */
  readonly uid: number
  /** How other processes see this one: its id, and the name of the machine or container. */
  readonly pid: number
  readonly machine: string
  /** Milliseconds since 1970, for people only: the clock can be set at any time, so nothing waits or expires by it. */
  now(): number
  /**
   * Microseconds of CLOCK_MONOTONIC, which systemd uses too: it is the same in every process, starts at zero at boot, and
   * cannot be set. Like timers, it stops while the machine is suspended.
   */
  monotonic(): bigint
  /** The boot that the monotonic clock counts from; undefined where the kernel does not provide it. */
  bootId(): Promise<string | undefined>
  /** Whether `--licenses` prints what the program consists of: the single file does that. */
  readonly hasLicenses?: boolean
  /** Sends a signal to another process (kill(2)). Throws with the `code` of the system. */
  sendSignal(pid: number, signal: 'SIGHUP'): void
  /** Aborted when the user stops the command. */
  readonly signal: AbortSignal
  /**
   * For a command that runs until it is stopped: from now on a stop is no failure, and a hangup (SIGHUP) calls `listener`
   * instead of stopping it.
   */
  onHangup(listener: () => void): void
  /**
   * For such a command: stderr as a log that never blocks it. Lines are dropped while the log is not read, and
   * `droppedLine` makes the line that reports how many. From now on `stderr` writes to the log too.
   */
  openLog(droppedLine: (count: number) => string): Sink
}
