/**
 * What regmirror finds of the containerd that runs on a machine: a real daemon with its own config, a stopped one, none, and
 * daemons of other programs.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory } from '../support/tree.ts'
import { COMMAND, OVERLAY } from './support/overlay.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'

const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'
const PROJECT = path.resolve(import.meta.dirname, '../..')

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

/** Runs a script in the machine; every process in it ends with the script. */
async function runIn(suite: string, script: string): Promise<string> {
  return await withDirectory(async home => {
    await fs.mkdir(path.join(home, 'over'))
    await fs.writeFile(path.join(home, 'list.toml'), LIST)
    const unshare = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    const program = path.relative(PROJECT, path.join(treeOf(`containerd-${suite}`), 'usr/bin/containerd'))
    const shell = ['bash', '-c', MACHINE + script, 'bash', home, program]
    return execFileSync('unshare', [...unshare, ...shell], { encoding: 'utf8' })
  })
}

for (const { title, suite } of generations) {
  describe(`${title} on this machine`, function () {
    this.timeout(120_000)
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })

    it('runs with its own config: regmirror writes no file that it does not read', async () => {
      const output = await runIn(
        suite,
        `
        echo 'version = 2' >/opt/node/c.toml
        (cd /opt; exec containerd -c node/c.toml $own) >/mnt/log 2>&1 &
        ready /mnt/log
        regmirror plan -f list.toml
        regmirror apply -f list.toml --no-probe; find /etc/containerd /var/lib -mindepth 1 2>/dev/null; echo nothing written
        (cat list.toml; echo '[targets.containerd]'; echo 'config = "/opt/node/c.toml"') >named.toml
        regmirror apply -f named.toml --no-probe; cat /opt/node/c.toml
        regmirror plan -f named.toml --format json
        (cat list.toml; echo '[targets.containerd]'; echo 'config = "/etc/containerd/config.toml"') >other.toml
        regmirror plan -f other.toml
        (cat list.toml; echo '[targets.containerd]'; echo 'config = false') >false.toml
        regmirror plan -f false.toml`,
      )
      const unread =
        /error: \/etc\/containerd\/config\.toml: no running containerd with CRI reads this file: containerd \(process \d+\) reads \/opt\/node\/c\.toml; set config = "\/opt\/node\/c\.toml" in \[targets\.containerd\]\nexit 2\n/
      const [plan = '', apply = '', rest = ''] = splitAfter(output, [unread, unread])
      assert.match(plan, /^error/)
      assert.match(apply, /^error/)
      assert.match(rest, /^nothing written\n/)
      assert.match(rest, /containerd [\d.]+ \(process \d+\) reads \/opt\/node\/c\.toml\n/)
      assert.match(rest, /config_path = "\/etc\/containerd\/certs\.d"/)
      const { targets, restart } = JSON.parse(/^\{[\s\S]*?^\}/m.exec(rest)?.[0] ?? '')
      const { daemon } = targets[0]
      assert.deepEqual(
        [daemon.state, daemon.config, daemon.executable, daemon.state_directory],
        ['running', '/opt/node/c.toml', '/mnt/bin/containerd', '/opt/run/state'],
      )
      assert.match(daemon.version, /^\d+\.\d+\.\d+$/)
      assert.equal(restart.length, 1)
      assert.match(rest, /notice: containerd \(process \d+\) reads \/opt\/node\/c\.toml, not \/etc\//)
      assert.match(
        rest,
        /nothing to do: 1 file unchanged\n.*reads \/opt\/node\/c\.toml\nrestart containerd: .*\nexit 0\n$/,
      )
    })

    it('is stopped: it reads the files when it starts, and needs no restart', async () => {
      const output = await runIn(
        suite,
        'regmirror plan -f list.toml; regmirror plan -f list.toml --format json',
      )
      assert.match(output, /takes effect when containerd starts; 1 mirror for quay\.io/)
      assert.doesNotMatch(output, /after a restart|^restart /m)
      assert.match(output, /"state": ?"stopped"/)
      assert.match(output, /"effect": ?"start"/)
    })
  })
}

describe('a machine', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, 'containerd-trixie', true)
  })

  it('without containerd gets a notice, and no word on restarts', async () => {
    const output = await runIn('trixie', 'rm /mnt/bin/containerd; regmirror plan -f list.toml')
    assert.match(
      output,
      /notice: containerd is not installed on this node; the files are written for when it is/,
    )
    assert.doesNotMatch(output, /takes effect|^restart /m)
    assert.match(output, /exit 0\n$/)
  })

  it('with a zombie has no daemon', async () => {
    const output = await runIn(
      'trixie',
      `
      python3 - <<'END' & parent=$!
import os, time
pid = os.fork()
if pid == 0:
    os.execv('/mnt/bin/containerd', ['containerd', '-c', '/nowhere/c.toml'])
open('/mnt/child', 'w').write(str(pid))
time.sleep(600)
END
      until [ -s /mnt/child ] && grep -q 'State:.Z' /proc/$(cat /mnt/child)/status; do sleep 0.05; done
      cat /proc/$(cat /mnt/child)/comm
      regmirror plan -f list.toml`,
    )
    assert.match(output, /^containerd\n/)
    assert.match(output, /takes effect when containerd starts/)
    assert.match(output, /exit 0\n$/)
  })

  it('whose containerd is that of k3s gets the way of k3s, and its proxies', async () => {
    const output = await runIn(
      'trixie',
      `
      mkdir -p /opt/data/bin /opt/k3s/agent/etc/containerd
      cp /bin/bash /opt/data/bin/k3s
      cp /mnt/bin/containerd /opt/data/bin/containerd
      rm /mnt/bin/containerd
      printf '# File generated by k3s. DO NOT EDIT.\\nversion = 2\\n[plugins."io.containerd.grpc.v1.cri".registry]\\nconfig_path = "/opt/k3s/agent/etc/containerd/certs.d"\\n' >/opt/k3s/agent/etc/containerd/config.toml
      /opt/data/bin/k3s -c "/opt/data/bin/containerd -c /opt/k3s/agent/etc/containerd/config.toml $own; :" >/mnt/log 2>&1 &
      ready /mnt/log
      regmirror plan -f list.toml
      (cat list.toml; echo '[targets.containerd]'; echo 'config = false') >false.toml
      regmirror plan -f false.toml`,
    )
    assert.match(
      output,
      /^error: \/etc\/containerd\/config\.toml: .*: containerd of k3s \(process \d+\) reads \/opt\/k3s\/agent\/etc\/containerd\/config\.toml; choose one: set the mirrors in \/etc\/rancher\/k3s\/registries\.yaml .*config-v3\.toml\.tmpl\)\nexit 2\n/,
    )
    assert.match(
      output,
      /create \/opt\/k3s\/agent\/etc\/containerd\/certs\.d\/quay\.io\/hosts\.toml\n {2}takes effect immediately/,
    )
    assert.match(output, /containerd 1\.7\.\d+ \(process \d+, of k3s\) reads \/opt\/k3s/)
  })

  it('whose containerd is that of Docker, or in a container, is recognized', async () => {
    const output = await runIn(
      'trixie',
      `
      mkdir -p /run/docker/containerd
      printf 'version = 2\\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\\n' >/run/docker/containerd/containerd.toml
      unshare --pid --fork --kill-child containerd -c /nowhere/c.toml $own >/mnt/none 2>&1
      containerd --config /run/docker/containerd/containerd.toml $own >/mnt/log 2>&1 &
      ready /mnt/log
      regmirror plan -f list.toml`,
    )
    assert.match(
      output,
      /containerd of docker \(process \d+\) reads .*; it serves Docker, which reads no hosts\.toml/,
    )
    assert.match(output, /exit 2\n$/)
  })
})

/** The text up to and with each match, and the rest. */
function splitAfter(text: string, patterns: readonly RegExp[]): readonly string[] {
  const parts: string[] = []
  let rest = text
  for (const pattern of patterns) {
    const found = pattern.exec(rest) ?? assert.fail(`${pattern} is not in: ${rest}`)
    const end = found.index + found[0].length
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, rest]
}
