/** The machine in words, without names of hosts or paths, and how busy it is: other work spoils what is measured. */
import fs from 'node:fs/promises'
import os from 'node:os'

/** Types of statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  1481003842: 'XFS',
  2435016766: 'Btrfs',
  2035054128: 'overlayfs',
}

export async function describeMachine(): Promise<string> {
  const { type } = await fs.statfs(os.tmpdir())
  const memory = Math.round(os.totalmem() / 1024 ** 3)
  const kernel = `${os.type()} ${os.release().split('.').slice(0, 2).join('.')}`
  const files = FILE_SYSTEMS[type] ?? 'an unknown file system'
  const parts = [`${os.cpus().length} cores (${os.arch()})`, `${memory} GiB of memory`, kernel, files]
  const [load = 0] = os.loadavg()
  return [...parts, `Node ${process.versions.node}`, `load average ${load.toFixed(1)} before the run`].join(
    ', ',
  )
}
