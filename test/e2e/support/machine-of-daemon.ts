/** A machine of its own for a script that starts a containerd and runs regmirror beside it. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { withDirectory } from '../../support/tree.ts'
import { COMMAND, OVERLAY } from './overlay.ts'
import { treeOf } from './runtimes.ts'

const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'
const PROJECT = path.resolve(import.meta.dirname, '../../..')

/**
 * A machine with its own processes, /etc, state folder and temporary directories ($1 home, mounted at /mnt; $2 the program
 * of containerd). `start NAME ARG…` runs a program and waits for its process; `ready` waits until containerd serves.
 */
const MACHINE = `${OVERLAY}
for place in /tmp /var/tmp /var/lib /run /opt; do mount -t tmpfs -o mode=755 tmpfs "$place"; done
rm -rf /etc/containerd
mkdir -p /mnt/bin /opt/node /opt/run
export PATH=/mnt/bin:/usr/sbin:/usr/bin:/sbin:/bin
install() { cp "/mnt/over/project/$2" /mnt/bin/containerd; }
install "$@"
regmirror() { ${COMMAND} "$@" 2>&1; echo "exit $?"; }
ready() { until grep -q 'successfully booted' "$1"; do sleep 0.05; done; }
own="--root /opt/run/root --state /opt/run/state --address /opt/run/socket"
cd /mnt
set +e
`

/** Runs a script in the machine, with list.toml in its directory; every process in it ends with the script. */
export async function runIn(suite: string, script: string): Promise<string> {
  return await withDirectory(async home => {
    await fs.mkdir(path.join(home, 'over'))
    await fs.writeFile(path.join(home, 'list.toml'), LIST)
    const unshare = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    const program = path.relative(PROJECT, path.join(treeOf(`containerd-${suite}`), 'usr/bin/containerd'))
    const shell = ['bash', '-c', MACHINE + script, 'bash', home, program]
    return (await promisify(execFile)('unshare', [...unshare, ...shell])).stdout
  })
}
