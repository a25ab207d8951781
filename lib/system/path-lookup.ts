/** Finds paths below a directory of this machine, and what is there. A directory that is known is not looked up. */
import path from 'node:path'
import type { FileFacts } from './file-facts.ts'
import type { KnownDirectories } from './known-directories.ts'
import { followLinks } from './links.ts'
import { joinTop } from './plain-path.ts'
import { lstatFacts, readLink } from './read-disk.ts'

/** What is at a path. */
export interface Found {
  /** The path on this machine, links followed. */
  readonly real: string
  /** Undefined where nothing is there. */
  readonly facts: FileFacts | undefined
}

export interface Lookup {
  /** The path on this machine of a path below the top, links followed. It need not exist. */
  follow(file: string): Promise<string>
  /** The same, with what is there at this moment. */
  inspect(file: string): Promise<Found>
}

export function openLookup(top: string, known: KnownDirectories): Lookup {
  return {
    follow: async file => {
      const literal = joinTop(top, file)
      if (known.has(literal) || (await inspectDirectly(literal, known)) !== undefined) return literal
      return await walk(top, file, known, () => {})
    },
    inspect: async file => {
      const direct = await inspectDirectly(joinTop(top, file), known)
      if (direct !== undefined) return direct
      let last: Found = { real: '', facts: undefined }
      const real = await walk(top, file, known, found => {
        last = found
      })
      return { real, facts: await factsAfter(last, real) }
    },
  }
}

/** Undefined where a link may be on the way. */
async function inspectDirectly(literal: string, known: KnownDirectories): Promise<Found | undefined> {
  if (!known.has(path.dirname(literal))) return undefined
  const facts = await known.look(literal)
  return facts?.type === 'link' ? undefined : { real: literal, facts }
}

/** Follows links, and gives `note` what is found at each name on the way that is not known. */
function walk(
  top: string,
  file: string,
  known: KnownDirectories,
  note: (found: Found) => void,
): Promise<string> {
  return followLinks(top, file, async real => {
    if (known.has(real)) return undefined
    const facts = await known.look(real)
    note({ real, facts })
    return facts?.type === 'link' ? await readLink(real) : undefined
  })
}

/** Facts of a path on which `last` was looked up just now. */
async function factsAfter(last: Found, real: string): Promise<FileFacts | undefined> {
  if (last.real === real) return last.facts
  const isBelowNothing = last.facts === undefined && last.real !== '' && real.startsWith(`${last.real}/`)
  return isBelowNothing ? undefined : await lstatFacts(real)
}
