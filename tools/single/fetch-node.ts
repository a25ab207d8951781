/** Node for another architecture than that of this machine: npm installs only the package that runs here. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** Unpacks the version of the lock file into .cache, completely or not at all; returns the program. */
export async function fetchNode(arch: string): Promise<string> {
  const { version, integrity } = await lockedNode(arch)
  const folder = folderOf(arch, version)
  if (!existsSync(folder)) await unpackPackage(`node-linux-${arch}@${version}`, integrity, folder)
  return path.join(folder, 'bin/node')
}

export async function hasNode(arch: string): Promise<boolean> {
  return existsSync(folderOf(arch, (await lockedNode(arch)).version))
}

function folderOf(arch: string, version: string): string {
  return path.join(ROOT, '.cache', `node-linux-${arch}-${version}`)
}

async function lockedNode(arch: string): Promise<{ version: string; integrity: string }> {
  const lock = await fs.readFile(path.join(ROOT, 'tools/node/package-lock.json'), 'utf8')
  return JSON.parse(lock).packages[`node_modules/node-linux-${arch}`]
}

async function unpackPackage(spec: string, integrity: string, folder: string): Promise<void> {
  await fs.mkdir(path.dirname(folder), { recursive: true })
  const work = await fs.mkdtemp(`${folder}.`)
  try {
    const pack = ['pack', spec, '--pack-destination', work, '--ignore-scripts', '--no-dry-run', '--no-json']
    const name = execFileSync('npm', [...pack, '--loglevel=error'], { cwd: work, encoding: 'utf8' }).trim()
    const tarball = path.join(work, name)
    await checkDigest(tarball, spec, integrity)
    execFileSync('tar', ['-xzf', tarball, '-C', work, '--no-same-owner'])
    // Another build may have been faster.
    await fs.rename(path.join(work, 'package'), folder).catch(error => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await fs.rm(work, { recursive: true, force: true })
  }
}

async function checkDigest(file: string, spec: string, integrity: string): Promise<void> {
  const digest = createHash('sha512')
    .update(await fs.readFile(file))
    .digest('base64')
  if (integrity !== `sha512-${digest}`) throw new Error(`${spec}: its digest is not the one of the lock file`)
}
