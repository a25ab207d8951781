/** The executables, and the licences of what they hold. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Order } from './order.ts'

const BUILD = path.resolve(import.meta.dirname, '../single/build.ts')
const LICENSES = 'THIRD-PARTY-LICENSES'

/** Architectures as Node names them: the file that tools/single/build.ts builds on x64, and the published one. */
const FILES = {
  x64: ['regmirror', 'regmirror-linux-amd64.gz'],
  arm64: ['regmirror-arm64', 'regmirror-linux-arm64.gz'],
} as const

/** Builds them into `programs`; returns the names of the published files. */
export async function buildExecutables({ out, fast }: Order, programs: string): Promise<readonly string[]> {
  if (process.arch !== 'x64') throw new Error('a release is built on x64')
  const build = async ([arch, [built, published]]: [string, readonly [string, string]]) => {
    await promisify(execFile)(process.execPath, [BUILD, programs, '--arch', arch])
    const bytes = await fs.readFile(path.join(programs, built))
    await fs.writeFile(path.join(out, published), await promisify(gzip)(bytes, { level: fast ? 1 : 9 }))
    return published
  }
  const names = await Promise.all(Object.entries(FILES).map(build))
  await fs.copyFile(path.join(programs, LICENSES), path.join(out, LICENSES))
  return [...names, LICENSES]
}
