/** Records notifications to systemd. */
import fs from 'node:fs/promises'
import path from 'node:path'

/** Creates a directory with a systemd-notify that records its arguments. */
export async function fakeNotify(
  directory: string,
): Promise<{ env: NodeJS.ProcessEnv; told: () => Promise<string> }> {
  const [program, notes] = [path.join(directory, 'systemd-notify'), path.join(directory, 'told')]
  await fs.mkdir(directory)
  await fs.writeFile(program, `#!/bin/sh\necho "$*" >> '${notes}'\n`, { mode: 0o755 })
  const env = {
    PATH: `${directory}:${process.env.PATH}`,
    NOTIFY_SOCKET: '@unused',
    WATCHDOG_USEC: '600000',
    WATCHDOG_PID: undefined,
  }
  return { env, told: () => fs.readFile(notes, 'utf8').catch(() => '') }
}
