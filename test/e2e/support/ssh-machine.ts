/** A machine that Ansible reaches through ssh: a booted systemd, containerd, Python and the sshd of Debian, with its own keys. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import type { Tree } from '../../support/tree.ts'
import { boot, type Machine, needSystemd, type systemds } from './machine.ts'
import { launcher, needRuntime } from './runtimes.ts'

type Suite = (typeof systemds)[number]['suite']

export interface SshMachine extends Machine {
  /** Variables of Ansible that connect to it. */
  readonly connection: Readonly<Record<string, unknown>>
  /** Words that start a program in its network. */
  readonly within: readonly string[]
}

const PORT = 2222

/** The daemon makes its own host key; only the key of the test may log in. */
const SSHD = `[Unit]
After=local-fs.target
[Service]
RuntimeDirectory=sshd
ExecStartPre=/usr/bin/ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/host_key
ExecStart=/usr/sbin/sshd -D -e -f /etc/ssh/test_config
[Install]
WantedBy=multi-user.target
`
const CONFIG = `Port ${PORT}
ListenAddress 127.0.0.1
HostKey /etc/ssh/host_key
AuthorizedKeysFile /etc/ssh/test_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
Subsystem sftp internal-sftp
`
const USERS = `root:x:0:0:root:/root:/bin/sh
sshd:x:102:65534::/run/sshd:/bin/false
`

export function needSshMachine(context: Mocha.Context, suite: Suite): void {
  needSystemd(context, suite)
  needRuntime(context, `openssh-server-${suite}`, true)
}

/** Boots it with these files and the programs of Ansible's tree; the keys are in `home`. */
export async function bootWithSsh(
  suite: Suite,
  { home, ansible, files }: { readonly home: string; readonly ansible: string; readonly files: Tree },
): Promise<SshMachine> {
  const ssh = `openssh-server-${suite}`
  const key = path.join(home, 'key')
  execFileSync(launcher(ssh, 'ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const publicKey = execFileSync(launcher(ssh, 'ssh-keygen'), ['-y', '-f', key], { encoding: 'utf8' })
  const own = {
    'etc/passwd': USERS,
    'etc/ssh/test_config': CONFIG,
    'etc/ssh/test_keys': publicKey,
    // Debian's own unit removes /run/sshd when it stops.
    'etc/systemd/system/ssh.service': '-> /dev/null',
    'etc/systemd/system/ssh.socket': '-> /dev/null',
    'etc/systemd/system/test-sshd.service': SSHD,
    'etc/systemd/system/multi-user.target.wants/test-sshd.service': '-> ../test-sshd.service',
  }
  const machine = await boot(suite, { ...own, ...files }, [ssh, ansible])
  const options = `-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${home}/known_hosts`
  const connection = {
    ansible_connection: 'ssh',
    ansible_host: '127.0.0.1',
    ansible_port: PORT,
    ansible_user: 'root',
    ansible_private_key_file: key,
    ansible_ssh_executable: launcher(ssh, 'ssh'),
    ansible_sftp_executable: launcher(ssh, 'sftp'),
    ansible_sftp_extra_args: `-S ${launcher(ssh, 'ssh')}`,
    ansible_ssh_common_args: options,
    ansible_python_interpreter: '/usr/bin/python3',
  }
  const within = ['nsenter', '--target', String(machine.pid), '--net']
  return { ...machine, connection, within, [Symbol.asyncDispose]: machine[Symbol.asyncDispose] }
}
