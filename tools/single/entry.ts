/**
 * Code that runs before the first instruction of a program for Linux. Before it runs any script, Node resets the signals
 * that nohup(1) or a shell has ignored (ResetSignalHandlers in src/node.cc@24), but only those below 32. So this code
 * copies the actions of SIGHUP and SIGINT to two real-time signals, which nothing here uses.
 */
import { type EntryCode, entryCodes } from './entry-code.ts'

/** Offsets in the header of a program, and in each of its program headers (elf(5)). */
const [MACHINE, ENTRY, HEADERS, COUNT, HEADER_SIZE] = [18, 24, 32, 56, 56]
const FIELD = { type: 0, flags: 4, offset: 8, address: 16, fileSize: 32, memorySize: 40 }
const [LOADED, EXECUTABLE, PAGE] = [1, 1, 4096]
/** Instructions on arm64 begin at a multiple of four. */
const ALIGNMENT = 16

/** Adds the code to a program, in the unused rest of a page that it executes. */
export function copyIgnoredSignals(program: Buffer): void {
  const code = entryCodes[program.readUInt16LE(MACHINE)]
  if (code === undefined) throw new Error('there is no entry code for this machine')
  const header = headersOf(program).find(at => hasRoom(program, at, code))
  if (header === undefined) throw new Error('no executable segment has room for the entry code')
  addCode(program, header, code)
}

function addCode(program: Buffer, header: number, code: EntryCode): void {
  const number = (field: number) => Number(program.readBigUInt64LE(header + field))
  const size = aligned(number(FIELD.fileSize), ALIGNMENT)
  const address = number(FIELD.address) + size
  const jump = code.jump(Number(program.readBigUInt64LE(ENTRY)) - address - code.copy.length)
  const bytes = Buffer.from([...code.copy, ...jump])
  bytes.copy(program, number(FIELD.offset) + size)
  for (const field of [FIELD.fileSize, FIELD.memorySize])
    program.writeBigUInt64LE(BigInt(size + bytes.length), header + field)
  program.writeBigUInt64LE(BigInt(address), ENTRY)
}

/** Where the program headers are in the file. */
function headersOf(program: Buffer): readonly number[] {
  const first = Number(program.readBigUInt64LE(HEADERS))
  return Array.from({ length: program.readUInt16LE(COUNT) }, (_, nth) => first + nth * HEADER_SIZE)
}

function hasRoom(program: Buffer, header: number, { copy }: EntryCode): boolean {
  const number = (field: number) => Number(program.readBigUInt64LE(header + field))
  const isExecutable = (program.readUInt32LE(header + FIELD.flags) & EXECUTABLE) !== 0
  if (program.readUInt32LE(header + FIELD.type) !== LOADED || !isExecutable) return false
  const end = number(FIELD.offset) + number(FIELD.fileSize)
  const rest = program.subarray(end, aligned(end, PAGE))
  return rest.length > copy.length + 2 * ALIGNMENT && rest.every(byte => byte === 0)
}

function aligned(offset: number, to: number): number {
  return Math.ceil(offset / to) * to
}
