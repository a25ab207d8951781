/**
 * A user without root: regmirror writes the files of their own Podman and Skopeo, and these pull through the mirrors. The
 * request logs of loopback registries are the proof.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { type Account, withAccount } from '../support/account.ts'
import { buildImage } from '../support/image.ts'
import { FROM_SOURCE } from '../support/program.ts'
import { type LoopbackRegistry, refusingOrigin, startRegistry } from '../support/registry.ts'
import { podmans, type Ran } from './support/podman.ts'
import { needRuntime, treeOf } from './support/runtimes.ts'

const IMAGE = buildImage('library/x', '1')
const LIST = '.config/regmirror/mirrors.toml'
const DROP_IN = '.config/containers/registries.conf.d/90-regmirror.conf'

/** $1 the tree, $2 the user, $3 the home directory; then a command, which sees no other file of this machine. */
const ENTER = `
set -e
tree=$1 user=$2 home=$3
shift 3
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$tree,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
cd /mnt/root
mkdir -p proc dev tmp etc/containers ".$home"
chmod 1777 tmp
mount -t proc proc proc
mount --rbind /dev dev
echo "ann:x:$user:$user:ann:$home:/bin/sh" >etc/passwd
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >etc/containers/policy.json
mount --bind "$home" ".$home"
exec env -i "HOME=$home" PATH=/usr/bin:/usr/sbin chroot "--userspec=$user:$user" . "$@"
`

/** Runs a program of a tree as the user, in the home directory of that user. */
function runAsUser({ uid, home }: Account, tree: string, ...words: readonly string[]): Promise<Ran> {
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh']
  return new Promise(done => {
    execFile('unshare', [...args, treeOf(tree), String(uid), home, ...words], (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr }),
    )
  })
}

for (const { title, tree } of podmans) {
  describe(`the runtimes of a user without root, ${title} and its relatives`, function () {
    this.timeout(120_000)
    const registries: LoopbackRegistry[] = []
    const start = async () => {
      const registry = await startRegistry({ images: [IMAGE] })
      registries.push(registry)
      return registry
    }
    before(function () {
      needRuntime(this, tree, true)
    })
    afterEach(async () => {
      for (const registry of registries.splice(0)) await registry.close()
    })

    it('pull through the mirrors of the list of that user, and from the server after restore', () =>
      withAccount(
        async account => {
          const [mirror, server] = [await start(), await start()]
          const name = new URL(server.origin).host
          const urls = JSON.stringify([await refusingOrigin(), mirror.origin])
          await account.write({
            [LIST]: `version = 1\n[registries."${name}"]\nserver = "${server.origin}"\nmirrors = ${urls}\n[targets.containers]\n`,
          })
          const pull = async () => {
            const said = await runAsUser(
              account,
              tree,
              'skopeo',
              '--debug',
              'inspect',
              '--no-tags',
              '--tls-verify=false',
              `docker://${name}/library/x:1`,
            )
            assert.equal(said.code, 0, said.said)
          }
          const pulled = ({ requests }: LoopbackRegistry) =>
            requests.some(({ path }) => path.includes('/manifests/'))

          const applied = await account.run(['apply'])
          assert.equal(applied.code, 0, applied.stdout + applied.stderr)
          assert.equal((await fs.stat(account.at(DROP_IN))).uid, account.uid)
          for (const one of registries) one.clear()
          await pull()
          assert.deepEqual([pulled(mirror), pulled(server)], [true, false])

          const restored = await account.run(['restore'])
          assert.equal(restored.code, 0, restored.stderr)
          for (const one of registries) one.clear()
          await pull()
          assert.deepEqual([pulled(mirror), pulled(server)], [false, true])
          assert.deepEqual(await account.tree(), {})
        },
        { program: FROM_SOURCE },
      ))
  })
}
