/** systemd's journal, which takes the level of a line from its beginning. */
import { readLink } from './disk.ts'

/**
 * Whether what goes to stderr goes there. The variable alone does not say it: whoever is started by a service inherits
 * it, also with its stderr elsewhere (JOURNAL_STREAM in systemd.exec(5)).
 */
export async function isStderrJournal(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const [, inode] = /^\d+:(\d+)$/.exec(env.JOURNAL_STREAM ?? '') ?? []
  return inode !== undefined && (await readLink('/proc/self/fd/2')) === `socket:[${inode}]`
}
