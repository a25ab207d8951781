/**
 * Code that runs before the first instruction of a program for Linux on x64. Before it runs any script, Node resets the
 * signals that nohup(1) or a shell has ignored (ResetSignalHandlers in src/node.cc@24), but only those below 32. So this
 * code copies the actions of SIGHUP (1) and SIGINT (2) to the real-time signals 41 and 42, which nothing here uses.
 */

/** Offsets in the header of a program, and in each of its program headers (elf(5)). */
const [ENTRY, HEADERS, COUNT, HEADER_SIZE] = [24, 32, 56, 56]
const FIELD = { type: 0, flags: 4, offset: 8, address: 16, fileSize: 32, memorySize: 40 }
const [LOADED, EXECUTABLE, PAGE] = [1, 1, 4096]

/** `rt_sigaction` is system call 13. At its start, a program must find rdx and the stack unchanged. */
const COPY = [
  [0x52], //                         push rdx
  [0x48, 0x83, 0xec, 0x20], //       sub rsp, 32
  [0xbb, 2, 0, 0, 0], //             mov ebx, 2
  [0x89, 0xdf], //             loop: mov edi, ebx
  [0x31, 0xf6], //                   xor esi, esi
  [0x48, 0x89, 0xe2], //             mov rdx, rsp
  [0x41, 0xba, 8, 0, 0, 0], //       mov r10d, 8
  [0xb8, 13, 0, 0, 0], //            mov eax, 13
  [0x0f, 0x05], //                   syscall
  [0x8d, 0x7b, 40], //               lea edi, [rbx + 40]
  [0x48, 0x89, 0xe6], //             mov rsi, rsp
  [0x31, 0xd2], //                   xor edx, edx
  [0xb8, 13, 0, 0, 0], //            mov eax, 13
  [0x0f, 0x05], //                   syscall
  [0xff, 0xcb], //                   dec ebx
  [0x75, 0xd9], //                   jnz loop
  [0x48, 0x83, 0xc4, 0x20], //       add rsp, 32
  [0x5a], //                         pop rdx
].flat()

/** Adds the code to a program, in the unused rest of a page that it executes. */
export function copyIgnoredSignals(program: Buffer): void {
  const header = headersOf(program).find(at => hasRoom(program, at))
  if (header === undefined) throw new Error('no executable segment has room for the entry code')
  const number = (field: number) => Number(program.readBigUInt64LE(header + field))
  const at = number(FIELD.offset) + number(FIELD.fileSize)
  const address = number(FIELD.address) + number(FIELD.fileSize)
  const jump = Buffer.from([0xe9, 0, 0, 0, 0])
  const code = Buffer.concat([Buffer.from(COPY), jump])
  code.writeInt32LE(Number(program.readBigUInt64LE(ENTRY)) - address - code.length, COPY.length + 1)
  code.copy(program, at)
  for (const field of [FIELD.fileSize, FIELD.memorySize])
    program.writeBigUInt64LE(BigInt(number(field) + code.length), header + field)
  program.writeBigUInt64LE(BigInt(address), ENTRY)
}

/** Where the program headers are in the file. */
function headersOf(program: Buffer): readonly number[] {
  const first = Number(program.readBigUInt64LE(HEADERS))
  return Array.from({ length: program.readUInt16LE(COUNT) }, (_, nth) => first + nth * HEADER_SIZE)
}

function hasRoom(program: Buffer, header: number): boolean {
  const number = (field: number) => Number(program.readBigUInt64LE(header + field))
  const isExecutable = (program.readUInt32LE(header + FIELD.flags) & EXECUTABLE) !== 0
  if (program.readUInt32LE(header + FIELD.type) !== LOADED || !isExecutable) return false
  const end = number(FIELD.offset) + number(FIELD.fileSize)
  const rest = program.subarray(end, Math.ceil(end / PAGE) * PAGE)
  return rest.length > COPY.length + 5 && rest.every(byte => byte === 0)
}
