/** The world outside as a value, so that a test can hand in another. */

/** A stream that is written to; a terminal says how wide and how high it is. */
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
  /** Standard input up to its end, or the first `most` bytes of it; the rest is not read. */
  stdin(most: number): Promise<Buffer>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Effective user id. */
  readonly uid: number
  /** Who we are for others: process id, and the name of the machine or container. */
  readonly pid: number
  readonly machine: string
  /** Milliseconds since 1970: for people only. It may be set to any time, so nothing waits or expires by it. */
  now(): number
  /**
   * Microseconds of CLOCK_MONOTONIC, which systemd counts by too: the same in every process, never set, from zero at each
   * boot. It stands still while the machine is suspended, as timers do.
   */
  monotonic(): bigint
  /** Names the boot that the monotonic clock counts from; undefined where the kernel does not tell. */
  bootId(): Promise<string | undefined>
  /** Aborted when the user asks to stop. */
  readonly signal: AbortSignal
  /**
   * For what runs until it is told to stop: that is no failure then, and a hangup (SIGHUP) is a wish to look again
   * instead.
   */
  onHangup(listener: () => void): void
  /**
   * For the same: stderr as a log that nobody waits for. Lines without room are dropped; `droppedLine` gives the line
   * that then says how many. From now on `stderr` writes there too.
   */
  openLog(droppedLine: (count: number) => string): Sink
}
