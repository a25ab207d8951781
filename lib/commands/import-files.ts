/** Files that a person names for an import, and scripts that write such files. */
import path from 'node:path'
import { decodeList, MAX_BYTES } from '../list/decode-list.ts'
import { foreignKind, foreignTable } from '../list/foreign/foreign-file.ts'
import { parseSource } from '../list/source/source.ts'
import { Failure } from '../model/errors.ts'
import type { FoundAt, ReadBack } from '../model/read-back.ts'
import type { World } from '../model/world.ts'
import { openReader } from '../system/reader.ts'
import type { DocumentKinds } from '../targets/document-kinds.ts'
import { hereDocuments } from './heredocs.ts'

interface NamedText {
  readonly file: string
  readonly text: string
}

/** Throws Failure `usage` for a file of no known kind. */
export async function readNamedFiles(
  files: readonly string[],
  kind: string | undefined,
  kinds: DocumentKinds,
  world: World,
): Promise<ReadBack> {
  const found: ReadBack[] = []
  for (const file of files) found.push(...(await readNamed(await readText(file, world), kind, kinds)))
  return joinReadBacks(found)
}

function joinReadBacks(all: readonly ReadBack[]): ReadBack {
  return { registries: all.flatMap(one => one.registries), losses: all.flatMap(one => one.losses) }
}

async function readText(file: string, world: World): Promise<NamedText> {
  const shown = file === '-' ? 'stdin' : file
  const bytes =
    file === '-' ? await world.stdin(MAX_BYTES + 1) : await openReader('/').read(path.resolve(file))
  if (bytes === undefined)
    throw new Failure('io', [{ file, message: 'does not exist', hint: 'check --from' }])
  const isMarked = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)
  return { file: shown, text: decodeList(isMarked ? bytes.subarray(3) : bytes, shown) }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

async function readNamed(
  { file, text }: NamedText,
  kind: string | undefined,
  kinds: DocumentKinds,
): Promise<readonly ReadBack[]> {
  const inside = kind === undefined ? hereDocuments(text) : []
  if (inside.length === 0) {
    const read = await readFileText({ file, text }, kind, kinds)
    if (read === undefined) throw unknownKind(file, kinds)
    return [read]
  }
  const read = await Promise.all(inside.map(one => readHereDocument(one.path ?? file, one.text, kinds)))
  return read.map(one => inScript(one, file))
}

async function readHereDocument(file: string, text: string, kinds: DocumentKinds): Promise<ReadBack> {
  const line = text.search(/\S/) === -1 ? 1 : text.slice(0, text.search(/\S/)).split('\n').length
  const message = `import does not read the file ${file} of this script`
  const unknown = {
    registries: [],
    losses: [{ file, line, message, hint: 'nothing to do, unless it names mirrors' }],
  }
  try {
    return (await readFileText({ file, text }, undefined, kinds)) ?? unknown
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return /\.(toml|conf|ya?ml|json)$/i.test(file) ? { registries: [], losses: error.issues } : unknown
  }
}

/** Line numbers are those of the script. */
function inScript({ registries, losses }: ReadBack, script: string): ReadBack {
  const placed = <T extends { readonly at: FoundAt }>(one: T): T => ({
    ...one,
    at: { ...one.at, file: script },
  })
  return {
    registries: registries.map(one => ({
      ...placed(one),
      mirrors: one.mirrors.map(placed),
      ...(one.server && { server: placed(one.server) }),
    })),
    losses: losses.map(loss => ({ ...loss, file: script })),
  }
}

/** Undefined for a file of no kind that import reads. */
async function readFileText(
  { file, text }: NamedText,
  named: string | undefined,
  kinds: DocumentKinds,
): Promise<ReadBack | undefined> {
  const format = (named === undefined ? undefined : kinds[named]?.format) ?? formatOf(file)
  const parsed = await parseSource(text, format)
  if (!('source' in parsed)) {
    throw new Failure(
      'invalid_list',
      parsed.faults.map(fault => ({ file, ...fault })),
    )
  }
  const { locateKey } = parsed.source
  const value = foreignTable(parsed.source.value)
  const kind = kinds[named ?? foreignKind(value) ?? '']
  if (kind === undefined || value === undefined) return undefined
  const read = await kind.load()
  return read({ file, text, value, locateKey })
}

function formatOf(file: string) {
  if (/\.ya?ml$/i.test(file)) return 'yaml'
  return /\.json$/i.test(file) ? 'json' : 'toml'
}

function unknownKind(file: string, known: DocumentKinds): Failure {
  const kinds = Object.keys(known).join(', ')
  const message = 'is not a file that import reads'
  return new Failure('usage', [
    { file, message, hint: `import reads ${kinds}; name the kind with --from-format` },
  ])
}
