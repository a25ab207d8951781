/** What builds the single file for an architecture: its Node, how this machine runs it, and what strips its symbols. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { fetchNode } from './fetch-node.ts'

interface Tools {
  readonly node: string
  readonly run: readonly [string, ...string[]]
  readonly strip: string
}

const ROOT = path.resolve(import.meta.dirname, '../..')
const FETCH = ['tools/debian/fetch.sh', 'qemu-user-static', 'binutils-aarch64-linux-gnu']
const DEBIAN = path.join(ROOT, '.cache/debian')
/** Programs for arm64 run in it; so does their loader outside of it. */
const ARM64 = path.join(DEBIAN, 'qemu-user-static-bookworm')
const LIBRARIES = ['lib', 'usr/lib'].map(name => path.join(ARM64, name, 'aarch64-linux-gnu'))
const LOADER = [path.join(ARM64, 'lib/ld-linux-aarch64.so.1'), '--library-path', LIBRARIES.join(':')]
const STRIP = path.join(DEBIAN, 'binutils-aarch64-linux-gnu-bookworm/launch/aarch64-linux-gnu-strip')

export async function toolsFor(arch: string): Promise<Tools> {
  if (arch === process.arch) return { node: process.execPath, run: [process.execPath], strip: 'strip' }
  if (arch !== 'arm64') throw new Error(`on ${process.arch}, the single file cannot be built for ${arch}`)
  execFileSync('sh', FETCH, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  const node = await fetchNode(arch)
  // With the tree as qemu's prefix (-L), a program would find it in place of the root directory.
  return { node, run: [path.join(ARM64, 'usr/bin/qemu-aarch64-static'), ...LOADER, node], strip: STRIP }
}
