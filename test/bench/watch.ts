/** What a watcher saves: real pulls with a failed mirror. They need root and the packages that the end-to-end tests fetch. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { treeOf } from '../e2e/support/runtimes.ts'

export async function watch(): Promise<void> {
  for (const suite of ['trixie', 'sid']) {
    const needed = [treeOf(`containerd-${suite}`), treeOf('iproute2-trixie')]
    if (process.getuid?.() !== 0 || !needed.every(tree => existsSync(tree)))
      console.log(`\nwatch: no root, or no containerd of ${suite} here: sh tools/debian/fetch.sh`)
    else for (const death of ['stops responding', 'loses its packets']) await pulls(suite, death)
  }
}

async function pulls(suite: string, death: string): Promise<void> {
  const program = path.join(import.meta.dirname, 'pulls.ts')
  const child = spawn('unshare', ['--net', process.execPath, program, suite, death], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
}
