/** The first line of every file that regmirror manages as a whole, where the format has comments. */

export const BANNER = '# Managed by regmirror: edit the mirror list; changes here are overwritten.'

const START = Buffer.from('# Managed by regmirror')

/** Whether the first line of a file is a banner of regmirror, of any version. */
export function hasBanner(bytes: Uint8Array): boolean {
  return START.equals(bytes.subarray(0, START.length))
}
