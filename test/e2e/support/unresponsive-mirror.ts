/**
 * A mirror that loses packets: a process that listens and is paused, with a full queue of connections. The kernel drops
 * further connections.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'

const LISTENER = `
const server = require('node:http').createServer((_, response) => response.end('{}'))
server.listen({ port: Number(process.argv[1]), host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))
`

export interface UnresponsiveMirror {
  readonly origin: string
  close(): Promise<void>
}

export async function startUnresponsiveMirror(port = 0): Promise<UnresponsiveMirror> {
  const child = spawn(process.execPath, ['-e', LISTENER, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const bound = Number(String(line))
  child.kill('SIGSTOP')
  // The kernel accepts as many as fit into the queue, and drops the rest.
  const fillers = Array.from({ length: 8 }, () => net.connect(bound, '127.0.0.1').on('error', () => {}))
  await new Promise(done => setTimeout(done, 300))
  return {
    origin: `http://127.0.0.1:${bound}`,
    close: async () => {
      for (const filler of fillers) filler.destroy()
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
