/** Secrets of a list that every user of the machine can read: reported, never refused, and never shown. */
import path from 'node:path'
import type { Path } from '../model/problem.ts'
import type { Attachment, Place } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import { isReadableByOthers } from '../system/readable-by-others.ts'
import type { Reader } from '../system/reader.ts'
import { headerSecrets } from './header-secrets.ts'
import type { References } from './references.ts'
import { type ConnectionEntry, pathKey } from './written.ts'

type Files = Pick<Reader, 'facts' | 'real' | 'root'>

interface Input {
  readonly connections: readonly ConnectionEntry[]
  readonly references: References
  /** Undefined: it came from standard input. */
  readonly file: string | undefined
  place(path: Path): Place
}

/** The file that a secret is in, and where the list refers to it. */
interface Secret {
  readonly file: string
  readonly at: Path
}

/** `host` is this machine, where the list lies; `files` is where the files that it refers to were found. */
export async function readableNotices(input: Input, host: Files, files: Files): Promise<readonly Notice[]> {
  const inline = await selectReadable(inlineSecrets(input), host)
  const named = await selectReadable(namedSecrets(input), files)
  return [
    ...inline.map(secret => readableNotice(secret, 'a header value', host, input)),
    ...named.map(secret => readableNotice(secret, 'a secret', files, input)),
  ]
}

/** Client keys and secrets of headers; a PEM file that holds a key counts wherever the list names it. */
function namedSecrets({ connections, references }: Input): readonly Secret[] {
  if (references.files.size === 0) return []
  return connections.flatMap(entry => {
    const pems = [
      [...entry.path, 'client', 'key'],
      [...entry.path, 'client', 'cert'],
    ]
    const headers = headerSecrets(entry).flatMap(({ path: at, isSecret }) =>
      isSecret ? [[...at, 'file']] : [],
    )
    return [
      ...pems.flatMap(place => secretAt(place, references, holdsKey)),
      ...headers.flatMap(place => secretAt(place, references, () => true)),
    ]
  })
}

function secretAt(
  at: Path,
  { files }: References,
  isSecret: (attachment: Attachment) => boolean,
): readonly Secret[] {
  const attachment = files.get(pathKey(at))
  return attachment !== undefined && isSecret(attachment) ? [{ at, file: attachment.path }] : []
}

/** The list itself, for the first secret of a header that is written in it. */
function inlineSecrets({ connections, file }: Input): readonly Secret[] {
  const inline = connections
    .flatMap(headerSecrets)
    .find(({ written, isSecret }) => isSecret && typeof written === 'string')
  return inline === undefined || file === undefined ? [] : [{ file: path.resolve(file), at: inline.path }]
}

function holdsKey({ text }: Attachment): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)
}

/** Each file once. */
async function selectReadable(secrets: readonly Secret[], reader: Files): Promise<readonly Secret[]> {
  const once = [...new Map(secrets.toReversed().map(secret => [secret.file, secret])).values()].reverse()
  const readable = await Promise.all(once.map(({ file }) => isReadableByOthers(file, reader)))
  return once.filter((_, i) => readable[i])
}

function readableNotice({ file, at }: Secret, what: string, reader: Files, { place }: Input): Notice {
  const shown = path.join(reader.root, file)
  const { file: list, line } = place(at)
  const message = `${shown} contains ${what}, and other users can read it; run chmod 600 ${shown}`
  return { code: 'readable_secret', message, file: list, line }
}
