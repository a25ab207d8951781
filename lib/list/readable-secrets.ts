/** Secrets of a list that every user of the machine can read: told, never refused, and never shown. */
import path from 'node:path'
import type { Path } from '../model/problem.ts'
import type { Attachment, Place } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { Reader } from '../system/files.ts'
import type { References } from './references.ts'
import { mirrorEntries, pathKey, type WrittenList } from './written.ts'

interface Input {
  readonly list: WrittenList
  readonly attachments: References
  /** Undefined: it came from standard input. */
  readonly file: string | undefined
  place(path: Path): Place
}

/** Something secret, the file that it is in, and where the list speaks of it. */
interface Secret {
  readonly file: string
  readonly at: Path
}

/** `here` is this machine, where the list lies; `files` is where the files that it names were found. */
export async function readableNotices(input: Input, here: Reader, files: Reader): Promise<readonly Notice[]> {
  const named = await readableOf(namedSecrets(input), files)
  const inline = await readableOf(inlineSecrets(input), here)
  return [
    ...inline.map(secret => noticeOf(secret, 'holds a header value', here, input)),
    ...named.map(secret => noticeOf(secret, 'holds a secret', files, input)),
  ]
}

/** Client keys and header files; a PEM file with a key in it counts wherever it is named. */
function namedSecrets({ list, attachments }: Input): readonly Secret[] {
  return entriesOf(list).flatMap(({ path: at, mirror }) => {
    const pems = [
      [...at, 'client', 'key'],
      [...at, 'client', 'cert'],
    ]
    const headers = Object.keys(mirror.header ?? {}).map(name => [...at, 'header', name, 'file'])
    const found = (place: Path) => attachments.files.get(pathKey(place))
    return [
      ...pems.filter(place => holdsKey(found(place))),
      ...headers.filter(place => found(place) !== undefined),
    ].map(place => ({ at: place, file: found(place)?.path as string }))
  })
}

/** The list itself, for the first value that is written in it. */
function inlineSecrets({ list, file }: Input): readonly Secret[] {
  const places = entriesOf(list).flatMap(({ path: at, mirror }) =>
    Object.entries(mirror.header ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [[...at, 'header', name]] : [],
    ),
  )
  const [at] = places
  return at === undefined || file === undefined ? [] : [{ file: path.resolve(file), at }]
}

function entriesOf({ registries }: WrittenList) {
  return Object.entries(registries).flatMap(([key, registry]) => mirrorEntries(['registries', key], registry))
}

function holdsKey(attachment: Attachment | undefined): boolean {
  return attachment !== undefined && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(attachment.text)
}

/** Each file once. */
async function readableOf(secrets: readonly Secret[], reader: Reader): Promise<readonly Secret[]> {
  const once = [...new Map(secrets.toReversed().map(secret => [secret.file, secret])).values()].reverse()
  const readable = await Promise.all(once.map(({ file }) => isReadable(file, reader)))
  return once.filter((_, i) => readable[i])
}

/** Whether others may read it and go through every directory above it. */
async function isReadable(file: string, reader: Reader): Promise<boolean> {
  const real = await reader.real(file)
  const facts = await reader.facts(real)
  if (facts === undefined || (facts.mode & 0o004) === 0) return false
  for (let above = path.dirname(real); above !== '/'; above = path.dirname(above))
    if (((await reader.facts(above))?.mode ?? 0o001) % 2 === 0) return false
  return true
}

function noticeOf({ file, at }: Secret, what: string, reader: Reader, { place }: Input): Notice {
  const shown = path.join(reader.root, file)
  const { file: list, line } = place(at)
  const message = `${shown} ${what}, and every user of this machine can read it; chmod 600 ${shown}`
  return { code: 'readable_secret', message, file: list, line }
}
