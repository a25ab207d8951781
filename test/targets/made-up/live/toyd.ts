/**
 * The daemon of toy: `node toyd.ts FOLDER HOW`. It reads toy.json when it starts and at SIGHUP, and serves what it uses as
 * JSON at a socket. As dockerd does, it keeps its old values where a key is gone or the file is invalid. HOW is what SIGHUP
 * does: `reload`, `ignore`, `half`, which reads only the hosts, or `end` it; `late`: it handles SIGHUP and serves only when the folder has a file `started`.
 */
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Used {
  readonly hosts: readonly string[]
  readonly skipVerify: readonly string[]
  /** How often it has received SIGHUP. */
  readonly hangups: number
}

const [folder = '', how = 'reload'] = process.argv.slice(2)
const at = (name: string) => path.join(folder, name)

let used: Used = { hosts: [], skipVerify: [], hangups: 0 }

function load(): void {
  const read = JSON.parse(fs.readFileSync(at('toy.json'), 'utf8'))
  if ('broken' in read) throw new Error('toy: broken is no key of toy.json')
  const { hosts, skipVerify } = used
  used = {
    ...used,
    hosts: read['mirror-hosts'] ?? hosts,
    skipVerify: how === 'half' ? skipVerify : (read.tls?.['skip-verify'] ?? skipVerify),
  }
}

function tryToLoad(): void {
  try {
    load()
  } catch (error) {
    process.stderr.write(`${error}\n`)
  }
}

function hangUp(): void {
  used = { ...used, hangups: used.hangups + 1 }
  fs.writeFileSync(at('hangups'), String(used.hangups))
  if (how === 'end') process.exit(1)
  if (how !== 'ignore') tryToLoad()
}

function writeId(): void {
  fs.writeFileSync(at('toyd.pid.new'), String(process.pid))
  fs.renameSync(at('toyd.pid.new'), at('toyd.pid'))
}

tryToLoad()
fs.rmSync(at('toyd.sock'), { force: true })
if (how === 'late') {
  writeId()
  while (!fs.existsSync(at('started'))) await sleep(20)
}
process.on('SIGHUP', hangUp)
net
  .createServer(socket => socket.on('error', () => {}).end(JSON.stringify(used)))
  .listen(at('toyd.sock'), writeId)
