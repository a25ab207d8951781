/** Notes what is read, so that what follows from it is not computed again while it is the same. */
import { createHash } from 'node:crypto'
import { isRefused } from '../../model/refused.ts'
import type { FileFacts, FoundFile } from '../../system/file-facts.ts'
import type { Reader, UseOpenedFile } from '../../system/reader.ts'

export interface ReadTrace {
  /** Reads as the given one does. */
  readonly reader: Reader
  /** Reads everything again, with the same checks; whether all of it is the same. Rejects as those reads do. False where one failed. */
  isSame(): Promise<boolean>
}

/** A read, and what it has found as a text. */
interface TracedRead {
  readonly repeat: () => Promise<unknown>
  readonly found: string
}

type Found = Parameters<UseOpenedFile<unknown>>[0]

export function traceReads(reader: Reader): ReadTrace {
  const trace = openTrace()
  return { reader: tracedReader(reader, trace), isSame: trace.isSame }
}

type Trace = ReturnType<typeof openTrace>

function openTrace() {
  const reads: TracedRead[] = []
  let hasFailed = false
  return {
    add: (read: TracedRead) => void reads.push(read),
    /** A read that fails may fail in another way the next time. */
    watch: async <T>(read: Promise<T>): Promise<T> => {
      try {
        return await read
      } catch (error) {
        hasFailed = true
        throw error
      }
    },
    isSame: async () => {
      if (hasFailed) return false
      for (const { repeat, found } of reads) if (textOf(await repeat()) !== found) return false
      return true
    },
  }
}

function tracedReader(reader: Reader, trace: Trace): Reader {
  const noted = async <T>(read: () => Promise<T>, summary: (found: T) => unknown = same): Promise<T> => {
    const found = await trace.watch(read())
    trace.add({ repeat: async () => summary(await read()), found: textOf(summary(found)) })
    return found
  }
  return {
    ...reader,
    read: (file, limit) => noted(() => reader.read(file, limit)),
    find: file => noted(() => reader.find(file), digestOfFound),
    facts: file => noted(() => reader.facts(file), factsThatCount),
    entries: directory => noted(() => reader.entries(directory)),
    real: file => noted(() => reader.real(file)),
    hostMounts: () => noted(() => reader.hostMounts()),
    open: (file, asRoot, use) =>
      trace.watch(
        reader.open(file, asRoot, async found => {
          const [limits, parts]: [number[], Buffer[]] = [[], []]
          const result = await use(notingReads(found, limits, parts))
          const repeat = openAgain(reader, file, asRoot, limits)
          trace.add({ repeat, found: textOf(summaryOf(found, parts)) })
          return result
        }),
      ),
  }
}

function notingReads(found: Found, limits: number[], parts: Buffer[]): Found {
  if (found === undefined || isRefused(found)) return found
  const read = async (limit: number) => {
    const bytes = await found.read(limit)
    limits.push(limit)
    parts.push(bytes)
    return bytes
  }
  return { ...found, read }
}

/** Made here: a function made beside the bytes would keep them in memory. */
function openAgain(reader: Reader, file: string, asRoot: boolean, limits: readonly number[]) {
  return () => reader.open(file, asRoot, found => readAgain(found, limits))
}

async function readAgain(found: Found, limits: readonly number[]): Promise<unknown> {
  const parts: Buffer[] = []
  if (found !== undefined && !isRefused(found))
    for (const limit of limits) parts.push(await found.read(limit))
  return summaryOf(found, parts)
}

/** The path for the system is another one each time. */
function summaryOf(found: Found, parts: readonly Buffer[]): unknown {
  if (found === undefined || isRefused(found)) return found
  const { real, facts } = found
  return { real, facts, parts: parts.map(textOf) }
}

const same = (found: unknown) => found

/** A directory is looked at for its identity and its mode: what is created in it does not count. */
function factsThatCount(facts: FileFacts | undefined): unknown {
  if (facts?.type !== 'directory') return facts
  const { type, mode, uid, gid, identity } = facts
  return { type, mode, uid, gid, identity }
}

function digestOfFound(found: FoundFile | undefined): unknown {
  return found && { ...found, bytes: textOf(found.bytes) }
}

/** Of bytes only their digest is kept. */
function textOf(found: unknown): string {
  if (Buffer.isBuffer(found)) return createHash('sha256').update(found).digest('base64')
  return JSON.stringify(found) ?? ''
}
