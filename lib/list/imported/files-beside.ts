/** Files that are about to be written beside a list, as that list refers to them. */
import path from 'node:path'
import type { ReferenceScope } from '../referenced-file.ts'
import type { ListedFile } from './file-names.ts'

/** The directory of the list. */
export const BESIDE = '/list'

export function filesBeside(files: readonly ListedFile[]): ReferenceScope {
  const texts = new Map(files.map(({ name, text }) => [path.join(BESIDE, name), text]))
  const factsOf = (text: string) => ({
    ...({ type: 'file', mode: 0o600, uid: 0, gid: 0, links: 1, changed: 0, identity: text } as const),
    size: Buffer.byteLength(text),
  })
  return {
    directory: BESIDE,
    lists: [],
    allowed: [BESIDE],
    asRoot: false,
    env: undefined,
    files: {
      root: '/',
      real: async file => file,
      facts: async file => {
        const text = texts.get(file)
        return text === undefined ? undefined : factsOf(text)
      },
      open: async (file, _, use) => {
        const text = texts.get(file)
        if (text === undefined) return await use(undefined)
        const bytes = Buffer.from(text)
        return await use({ real: file, facts: factsOf(text), systemPath: file, read: async () => bytes })
      },
    },
  }
}
