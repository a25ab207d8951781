/**
 * containerd's own client, which reads a hosts directory and contacts registries without a daemon.
 */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Resolves an image through the hosts directory and fetches its manifest. Returns stderr, which names a hosts.toml that it
 * cannot read; a missing image is not an error.
 */
export async function fetchObject(
  tree: string,
  hostsDir: string,
  image: string,
  env: Record<string, string>,
): Promise<string> {
  const args = ['--debug', 'content', 'fetch-object', '--hosts-dir', hostsDir, image]
  try {
    return (await run(path.join(tree, 'launch/ctr'), args, { env, timeout: 60_000 })).stderr
  } catch (error) {
    const { stderr, code } = error as { stderr?: string; code?: unknown }
    // A number is the exit code of ctr; anything else means that it did not run.
    if (typeof code !== 'number') throw error
    return stderr ?? ''
  }
}
