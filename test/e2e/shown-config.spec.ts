/** A config.toml that a real containerd checks before it is written: no copy of it is left, whatever happens. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory } from '../support/tree.ts'
import { COMMAND, inside, OVERLAY } from './support/overlay.ts'
import { generations, launcher, needRuntime } from './support/runtimes.ts'

const PLANTED = 'planted-secret-3141'
const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'
const CONFIG = `version = 2
imports = ["conf.d/*.toml"]
[plugins."io.containerd.grpc.v1.cri".registry.configs."r.test".auth]
password = "${PLANTED}"
`

/**
 * This machine with its own /etc/containerd, state folder and temporary directories ($1 home, mounted at /mnt; $2 the
 * containerd). `everything` lists all files that may be left, with inode and times.
 */
const MACHINE = `${OVERLAY}
for place in /tmp /var/tmp /var/lib /dev/shm /run; do mount -t tmpfs -o mode=1777 tmpfs "$place"; done
mkdir -p /etc/containerd/conf.d /mnt/bin
cp /mnt/config.toml /etc/containerd/
printf '#!/bin/sh\\nexec "%s" "$@"\\n' "$2" >/mnt/bin/containerd
chmod +x /mnt/bin/containerd
export PATH=/mnt/bin:$PATH TMPDIR=/mnt/missing/tmp
regmirror() { ${COMMAND} "$@"; }
everything() { find /etc/containerd /tmp /var/tmp /var/lib /dev/shm /run /mnt -path /mnt/over -prune -o -printf '%p %i %m %s %C@ %T@\\n' | sort; }
cd /mnt
set +e
`

/** A containerd that hangs in `config dump`, and writes its process id to a file. */
const SLOW = `
cat >/mnt/bin/containerd <<END
#!/bin/sh
case "\\$*" in *dump*) echo \\$\\$ >/mnt/dumping; exec sleep 300;; esac
exec "$2" "\\$@"
END
`

for (const { title, suite } of generations) {
  describe(`a config.toml that ${title} checks`, function () {
    this.timeout(120_000)
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })

    const runInside = (script: string, config = CONFIG) =>
      withDirectory(async home => {
        await fs.mkdir(path.join(home, 'over'))
        await fs.writeFile(path.join(home, 'list.toml'), LIST)
        await fs.writeFile(path.join(home, 'config.toml'), config)
        const containerd = inside(launcher(`containerd-${suite}`, 'containerd'))
        const args = ['-m', '--propagation', 'private', 'bash', '-c', MACHINE + script, 'bash', home]
        return execFileSync('unshare', [...args, containerd], { encoding: 'utf8' })
      })

    it('is checked by plan, which creates no file, and no missing TMPDIR', async () => {
      const output = await runInside(`
        before=$(everything)
        regmirror plan -f list.toml 2>&1; echo "exit $?"
        [ "$before" = "$(everything)" ] && echo same || diff <(echo "$before") <(everything)`)
      assert.match(output, /^exit 0$/m)
      assert.match(output, /^same$/m)
      assert.match(output, /1 to update/)
    })

    it('is refused under its real name', async () => {
      // A wrong type that only the parser of containerd knows.
      const output = await runInside(
        'regmirror plan -f list.toml 2>&1; echo "exit $?"',
        `${CONFIG}[grpc]\naddress = 5\n`,
      )
      assert.match(output, /^exit 2$/m)
      assert.match(output, /\/etc\/containerd\/config\.toml: containerd refuses the new file/)
      assert.doesNotMatch(output, /proc\/self|stdin|\.regmirror-/)
    })

    it('leaves no copy after a kill during the check, nor after a restore', async () => {
      const output = await runInside(`${SLOW}
        ${COMMAND} apply -f list.toml --no-probe & pid=$!
        while [ ! -s /mnt/dumping ]; do sleep 0.05; done
        kill -9 $pid; wait $pid 2>/dev/null
        left() { grep -rl ${PLANTED} /tmp /var/tmp /var/lib /dev/shm /run /mnt/missing 2>/dev/null; ls -A /tmp /var/tmp /dev/shm; }
        left; echo "killed"
        kill "$(cat /mnt/dumping)"
        regmirror restore >/dev/null 2>&1; echo "exit $?"
        left; ls -A /var/lib; echo end`)
      const lists = '/dev/shm:\n\n/tmp:\n\n/var/tmp:\n'
      assert.equal(output, `${lists}killed\nexit 0\n${lists}end\n`)
    })
  })
}
