/** Where the config.toml of the running containerd is below /usr, the file that it imports is what containerd reads. */
import assert from 'node:assert/strict'
import { runIn } from './support/machine-of-daemon.ts'
import { needRuntime } from './support/runtimes.ts'

/** /usr/games stands for a read-only /usr: it is a file system of its own here. */
const SCRIPT = `
mount -t tmpfs tmpfs /usr/games && mkdir -p /etc/containerd/conf.d
printf 'version = 3\\nimports = ["/etc/containerd/conf.d/*.toml"]\\n' >/usr/games/config.toml
mount -o remount,ro /usr/games
start() { containerd -c /usr/games/config.toml $own >/mnt/log 2>&1 & ready /mnt/log; }
dump() { containerd -c /usr/games/config.toml config dump | grep -B1 "config_path = '/etc/containerd/certs.d'"; }
start
echo "== before"; dump
echo "== apply"; regmirror apply -f list.toml --no-probe
kill $!; wait $! 2>/dev/null; : >/mnt/log; start
echo "== after"; dump; ls /etc/containerd/conf.d
echo "== plan"; regmirror plan -f list.toml --check
echo "== restore"; regmirror restore; ls /etc/containerd/conf.d; echo '== end'; dump; true
`

describe('a config.toml below /usr', function () {
  this.timeout(120_000)
  before(function () {
    needRuntime(this, 'containerd-sid', true)
  })

  it('stays as it is: containerd reads config_path from the file beside it, until restore', async () => {
    const output = await runIn('sid', SCRIPT)
    const part = (name: string) => output.split(`== ${name}\n`)[1]?.split(/^== /m)[0] ?? ''
    assert.equal(part('before'), '')
    assert.match(part('apply'), /\/etc\/containerd\/conf\.d\/zz-regmirror\.toml/)
    assert.match(part('after'), /config_path = '\/etc\/containerd\/certs\.d'/, output)
    assert.match(part('after'), /^zz-regmirror\.toml$/m)
    assert.match(part('plan'), /^exit 0$/m, output)
    assert.match(part('restore'), /^restart containerd: systemctl restart containerd/m, output)
    assert.doesNotMatch(part('restore'), /^zz-regmirror\.toml$/m, output)
    assert.equal(part('end'), '', output)
  })
})
