/** The line by which a whole file says that it is ours. */

export const BANNER = '# Managed by regmirror: edit the mirror list; changes here are overwritten.'

/** Whether a file was written by us, by its first line (any wording of ours: it may be from an older version). */
export function hasBanner(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 64)).toString('latin1').startsWith('# Managed by regmirror')
}
