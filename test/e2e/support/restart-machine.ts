/**
 * This machine in its own namespaces, with a stand-in for systemctl that runs a real containerd, and one for journalctl that
 * prints its log.
 */
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { kill } from '../../support/process.ts'
import { eventually } from '../../support/watching.ts'
import { type Cri, connectCri } from './cri.ts'
import { COMMAND, OVERLAY } from './overlay.ts'
import { treeOf } from './runtimes.ts'

export interface RestartMachine extends AsyncDisposable {
  /** Runs a command of regmirror with the list of the machine. */
  regmirror(...args: readonly string[]): Promise<Ran>
  /** Runs a shell script. */
  run(script: string): Promise<Ran>
  writeConfig(text: string | undefined): Promise<void>
  readConfig(): Promise<string>
  writeList(text: string): Promise<void>
  /** Starts containerd anew, as a boot does. */
  startDaemon(): Promise<void>
  /** How often systemctl has restarted it. */
  restarts(): Promise<number>
  /** The next restart kills the regmirror that calls systemctl, when containerd runs again. */
  killAtRestart(): Promise<void>
  /** Starts a watcher with the list of the machine. The function that it returns stops it, and gives its log. */
  watch(): Promise<() => Promise<string>>
  /** Pulls an image, and returns its id. */
  pull(image: string): Promise<string>
}

export interface Ran {
  readonly code: number
  /** The output on both streams. */
  readonly said: string
}

const SYSTEMCTL = `#!/bin/bash
case $1 in
--version | reset-failed) exit 0 ;;
restart) echo "$2" >>/mnt/restarts ;;
boot) ;;
*) exit 1 ;;
esac
if [ -s /mnt/pid ]; then
  kill "$(cat /mnt/pid)" 2>/dev/null
  while kill -0 "$(cat /mnt/pid)" 2>/dev/null; do sleep 0.02; done
fi
setsid /mnt/bin/containerd --root /opt/run/root --state /opt/run/state --address /mnt/cri.sock </dev/null >/mnt/log 2>&1 &
echo $! >/mnt/pid
until grep -q 'successfully booted' /mnt/log; do
  if ! kill -0 "$(cat /mnt/pid)" 2>/dev/null; then
    echo "Job for $2 failed because the control process exited with error code." >&2
    exit 1
  fi
  sleep 0.02
done
if [ -e /mnt/kill ] && [ "$1" = restart ]; then rm /mnt/kill; kill -9 "$PPID"; fi
`

const MACHINE = `${OVERLAY}
for place in /tmp /var/tmp /var/lib /run /opt; do mount -t tmpfs -o mode=755 tmpfs "$place"; done
rm -rf /etc/containerd /etc/systemd/system/containerd.service*
mkdir -p /opt/run /run/systemd/system /etc/containerd /etc/systemd/system
printf '[Service]\\nExecStart=/mnt/bin/containerd\\n' >/etc/systemd/system/containerd.service
touch /mnt/ready
# Process 1 of the namespace reaps what ends there.
sleep infinity & wait
`

export async function openRestartMachine(suite: string): Promise<RestartMachine> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-restart-'))
  const at = (file: string) => path.join(home, file)
  await fs.mkdir(at('over'))
  await fs.mkdir(at('bin'))
  await fs.copyFile(path.join(treeOf(`containerd-${suite}`), 'usr/bin/containerd'), at('bin/containerd'))
  await fs.writeFile(at('bin/systemctl'), SYSTEMCTL, { mode: 0o755 })
  await fs.writeFile(at('bin/journalctl'), '#!/bin/sh\ncat /mnt/log\n', { mode: 0o755 })
  const own = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
  const shell = ['unshare', ...own, 'bash', '-c', MACHINE, 'bash', home]
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...shell], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const init = await eventually(
    async () => {
      const ready = await fs.access(at('ready')).then(
        () => true,
        () => false,
      )
      const children = await fs
        .readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
        .catch(() => '')
      return ready && children.trim() !== '' ? children.trim() : undefined
    },
    () => 'the machine does not start',
  )
  const run = (script: string) => runIn(init, script)
  let cri: Cri | undefined
  return {
    run,
    regmirror: (...args) => run(`${COMMAND} ${args.join(' ')}`),
    writeConfig: async text => {
      await fs.writeFile(at('config.toml'), text ?? '')
      const file = '/etc/containerd/config.toml'
      await run(text === undefined ? `rm -f ${file}` : `cp /mnt/config.toml ${file}`)
    },
    readConfig: async () => (await run('cat /etc/containerd/config.toml')).said,
    writeList: text => fs.writeFile(at('mirrors.toml'), text),
    startDaemon: async () => {
      const { code, said } = await run('systemctl boot containerd')
      if (code !== 0) throw new Error(`${said}${await fs.readFile(at('log'), 'utf8')}`)
    },
    restarts: async () => (await fs.readFile(at('restarts'), 'utf8').catch(() => '')).split('\n').length - 1,
    killAtRestart: () => fs.writeFile(at('kill'), ''),
    watch: async () => {
      await run(
        `${COMMAND} watch -f mirrors.toml --log-format json </dev/null >watch.log 2>&1 & echo $! >watch.pid`,
      )
      const log = () => fs.readFile(at('watch.log'), 'utf8')
      await eventually(
        async () => (await log()).includes('daemon_found') || undefined,
        () => 'the watcher does not start',
      )
      return async () => {
        await run(
          'kill "$(cat watch.pid)"; while kill -0 "$(cat watch.pid)" 2>/dev/null; do sleep 0.05; done',
        )
        return await log()
      }
    },
    pull: image => {
      cri ??= connectCri(at('cri.sock'))
      return cri.pull(image)
    },
    [Symbol.asyncDispose]: async () => {
      cri?.close()
      await kill(child, 'SIGKILL')
      await fs.rm(home, { recursive: true, force: true })
    },
  }
}

/** Runs a script in the namespaces of a process. */
function runIn(pid: string, script: string): Promise<Ran> {
  const env = { PATH: '/mnt/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' }
  const enter = ['--target', pid, '--mount', '--pid', '--wd=/mnt']
  return new Promise(done => {
    execFile(
      '/usr/bin/nsenter',
      [...enter, 'bash', '-c', `cd /mnt; ${script}; exit $?`],
      { env },
      (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr }),
    )
  })
}
