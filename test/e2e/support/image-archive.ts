/** Hands a file tree to a containerd as an image, for pods. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { ContainerTree } from './container-tree.ts'

const run = promisify(execFile)

/** Imports it into the containerd of a node, in the archive format that `ctr images import` reads. */
export async function importImage(
  runtime: string,
  node: string,
  name: string,
  tree: string,
  { entrypoint, env }: ContainerTree,
): Promise<void> {
  const folder = `${tree}.image`
  const layer = path.join(folder, 'layer.tar')
  await fs.mkdir(folder)
  await run('tar', ['-C', tree, '--owner=0', '--group=0', '-cf', layer, '.'])
  const config = {
    ...{ architecture: 'amd64', os: 'linux', config: { Entrypoint: entrypoint, Env: env } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(layer)}`] },
  }
  const manifest = [{ Config: 'config.json', RepoTags: [`docker.io/library/${name}`], Layers: ['layer.tar'] }]
  await fs.writeFile(path.join(folder, 'config.json'), JSON.stringify(config))
  await fs.writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest))
  await run('tar', ['-C', folder, '-cf', `${folder}.tar`, 'manifest.json', 'config.json', 'layer.tar'])
  const socket = path.join(node, 'run/containerd/containerd.sock')
  const into = ['--address', socket, '--namespace', 'k8s.io']
  await run(path.join(runtime, 'launch/ctr'), [...into, 'images', 'import', `${folder}.tar`])
  await fs.rm(folder, { recursive: true })
  await fs.rm(`${folder}.tar`)
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}
