/** A node with Debian's curl, gzip and shell, but without Node, npm and this project. */
import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { treeOf } from './runtimes.ts'

export const EMPTY_NODE = 'curl-trixie'

/** $1 the tree; $2 an empty folder; $3 commands. Nothing that they write remains. */
const INSIDE = `
mount -t tmpfs tmpfs "$2"
mkdir "$2/upper" "$2/work" "$2/node"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/node"
cd "$2/node"
mkdir -p dev proc etc root tmp usr/local/bin
mount --rbind /dev dev
mount -t proc proc proc
exec chroot . /bin/sh -ec "cd /root; $3"
`

/** Runs commands as root of the node, with the network of this machine. */
export async function runOnEmptyNode(folder: string, commands: string): Promise<string> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin', HOME: '/root' }
  const words = ['--mount', '--propagation', 'private', 'sh', '-ec', INSIDE, 'sh']
  const { stdout } = await promisify(execFile)('unshare', [...words, treeOf(EMPTY_NODE), folder, commands], {
    env,
  })
  return stdout
}

interface Downloads extends AsyncDisposable {
  readonly url: string
}

/** Serves the files of a folder, and one more. */
export async function serveFolder(
  folder: string,
  more: Readonly<Record<string, string>>,
): Promise<Downloads> {
  const server = createServer(({ url = '' }, response) => {
    const name = path.basename(url)
    const text = more[name]
    if (text !== undefined) response.end(text)
    else
      createReadStream(path.join(folder, name))
        .on('error', () => response.writeHead(404).end())
        .pipe(response)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}
