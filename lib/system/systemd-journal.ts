/** systemd's journal, which reads the level of a line from its start. */
import { readLink } from './read-disk.ts'

/**
 * Whether stderr goes to the journal. The variable alone is no proof: programs that a service starts inherit it, also with
 * stderr elsewhere (JOURNAL_STREAM in systemd.exec(5)).
 */
export async function isStderrJournal(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const [, inode] = /^\d+:(\d+)$/.exec(env.JOURNAL_STREAM ?? '') ?? []
  return inode !== undefined && (await readLink('/proc/self/fd/2')) === `socket:[${inode}]`
}
