/** `explain` on a machine where containerd runs: before and after a restart, without a list, and as another user. */
import assert from 'node:assert/strict'
import type { ExplainReport } from '../../lib/model/explain-report.ts'
import type { Notice } from '../../lib/model/report.ts'
import { isFullTest } from '../support/check-property.ts'
import { runIn } from './support/machine-of-daemon.ts'
import { COMMAND } from './support/overlay.ts'
import { generations, needRuntime } from './support/runtimes.ts'

const SCRIPT = `
say() { echo "== $1"; }
printf 'version = 2\\n' >/opt/node/c.toml
(cd /opt; exec containerd -c node/c.toml $own) >/mnt/log 2>&1 &
ready /mnt/log
sleep 2
say unset; regmirror explain quay.io/a/b:1 --format json
(cat list.toml; echo '[targets.containerd]'; echo 'config = "/opt/node/c.toml"') >named.toml
regmirror apply -f named.toml --no-probe >/dev/null
say pending; regmirror explain quay.io/a/b:1 -f named.toml --format json
say text; regmirror explain quay.io/a/b:1 -f named.toml
rm -f /etc/containerd/certs.d/quay.io/hosts.toml
say differs; regmirror explain quay.io/a/b:1 -f named.toml --format json
echo '# edited' >>/opt/node/c.toml
say edited; regmirror explain quay.io/a/b:1 --format json
chmod 755 /mnt /mnt/over
say user; setpriv --reuid 65534 --regid 65534 --clear-groups ${COMMAND} explain quay.io/a/b:1 --format json 2>&1
rm -rf /var/lib/regmirror
say foreign; regmirror explain quay.io/a/b:1 --format json
`

/** Each command takes a second or more, and the daemon of every release is found in the same way. */
for (const { title, suite } of isFullTest ? generations : generations.slice(1, 2)) {
  describe(`explain beside ${title}`, function () {
    this.timeout(120_000)
    let parts: ReadonlyMap<string, string>

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      const output = await runIn(suite, SCRIPT)
      parts = new Map(
        output
          .split(/^== /m)
          .slice(1)
          .map(part => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
      )
    })

    const reported = (name: string): ExplainReport<Notice> => {
      const text = parts.get(name) ?? ''
      return JSON.parse(text.slice(0, text.lastIndexOf('}') + 1))
    }

    it('names the daemon and its own config without a list', () => {
      const { targets = [], images, notices } = reported('unset')
      const [found] = targets
      assert.equal(found?.daemon.state, 'running')
      assert.equal(found?.daemon.config, '/opt/node/c.toml')
      assert.match(found?.daemon.version ?? '', /^\d+\.\d+\.\d+$/)
      const [image] = images
      assert.equal(image?.version, found?.daemon.version)
      assert.equal(image?.routes.length, 1)
      const [route] = image?.routes ?? []
      assert.equal(route?.lookup?.by, 'unset')
      assert.deepEqual(
        route?.endpoints.map(({ url }) => url),
        ['https://quay.io/v2'],
      )
      assert.equal(route?.when, undefined)
      assert.deepEqual(notices, [])
    })

    it('shows both sides of a restart', () => {
      const { images, notices } = reported('pending')
      const routes = images[0]?.routes ?? []
      assert.deepEqual(
        routes.map(({ when, lookup, endpoints }) => [when, lookup?.by, endpoints.map(({ url }) => url)]),
        [
          ['until_restart', 'unset', ['https://quay.io/v2']],
          ['after_restart', 'exact', ['https://m.example/v2', 'https://quay.io/v2']],
        ],
      )
      assert.deepEqual(
        notices.map(({ code, file }) => [code, file]),
        [['not_read_yet', '/opt/node/c.toml']],
      )
      assert.deepEqual(images[0]?.list?.changes, [])
      const text = parts.get('text') ?? ''
      assert.match(text, /now, until a restart:\n.*config_path is not set/)
      assert.match(
        text,
        /after a restart:\nconfig_path is \/etc\/containerd\/certs\.d \(\/opt\/node\/c\.toml:\d+\)/,
      )
      assert.match(text, /containerd [\d.]+ \(process \d+\) reads \/opt\/node\/c\.toml/)
    })

    it('says where the node differs from the list', () => {
      const { list } = reported('differs').images[0] ?? {}
      assert.equal(list?.registry, 'quay.io')
      assert.deepEqual(
        list?.changes?.map(({ path, action }) => [path, action]),
        [['/etc/containerd/certs.d/quay.io/hosts.toml', 'create']],
      )
    })

    it('works for a user who may not read the state', () => {
      const { images, notices, targets } = reported('user')
      assert.ok(notices.some(({ code }) => code === 'state_unreadable'))
      assert.equal(images[0]?.registry, 'quay.io')
      assert.ok(targets?.length === 1)
    })

    it('takes the kept original for what the daemon has read, and knows nothing after another edit', () => {
      const whens = (name: string) => reported(name).images[0]?.routes.map(({ when }) => when)
      assert.deepEqual(whens('edited'), ['until_restart', 'after_restart'])
      assert.deepEqual(whens('foreign'), ['after_restart'])
      assert.deepEqual(
        reported('foreign').notices.map(({ code }) => code),
        ['not_read_yet'],
      )
    })
  })
}
