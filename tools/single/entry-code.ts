/** Machine code that copies the actions of SIGHUP (1) and SIGINT (2) to the real-time signals 41 and 42. */

export interface EntryCode {
  readonly copy: readonly number[]
  /** An instruction that jumps that many bytes, counted from itself. */
  readonly jump: (distance: number) => Uint8Array
}

/** System call `rt_sigaction` is 13. At its start, a program must find rdx and the stack unchanged. */
const X64 = [
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

/** It is 134 here, and x0 and the stack must be unchanged. A system call keeps every register but x0. */
const ARM64 = [
  [0xdf, 0x24, 0x03, 0xd5], //       bti jc
  [0xe0, 0x0f, 0x1d, 0xf8], //       str x0, [sp, #-48]!
  [0x49, 0x00, 0x80, 0x52], //       mov w9, #2
  [0xe0, 0x03, 0x09, 0x2a], // loop: mov w0, w9
  [0xe1, 0x03, 0x1f, 0xaa], //       mov x1, xzr
  [0xe2, 0x43, 0x00, 0x91], //       add x2, sp, #16
  [0x03, 0x01, 0x80, 0xd2], //       mov x3, #8
  [0xc8, 0x10, 0x80, 0xd2], //       mov x8, #134
  [0x01, 0x00, 0x00, 0xd4], //       svc #0
  [0x20, 0xa1, 0x00, 0x11], //       add w0, w9, #40
  [0xe1, 0x43, 0x00, 0x91], //       add x1, sp, #16
  [0xe2, 0x03, 0x1f, 0xaa], //       mov x2, xzr
  [0x01, 0x00, 0x00, 0xd4], //       svc #0
  [0x29, 0x05, 0x00, 0x71], //       subs w9, w9, #1
  [0xa1, 0xfe, 0xff, 0x54], //       b.ne loop
  [0xe0, 0x07, 0x43, 0xf8], //       ldr x0, [sp], #48
].flat()

/** By the machine in the header of a program. */
export const entryCodes: Readonly<Record<number, EntryCode>> = {
  62: { copy: X64, jump: jumpOnX64 },
  183: { copy: ARM64, jump: jumpOnArm64 },
}

function jumpOnX64(distance: number): Uint8Array {
  const bytes = Buffer.from([0xe9, 0, 0, 0, 0])
  bytes.writeInt32LE(distance - bytes.length, 1)
  return bytes
}

/** A branch counts in instructions of four bytes, and has 26 bits for it. */
function jumpOnArm64(distance: number): Uint8Array {
  const instructions = distance / 4
  if (Math.abs(instructions) >= 2 ** 25) throw new Error('the program is too large for the entry code')
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(0x14000000 + (instructions & 0x3ffffff))
  return bytes
}
