/** The machine and a user have runtimes of their own: neither sees what regmirror has written for the other. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { withAccount } from '../support/account.ts'
import { needNamespaces } from '../support/namespace.ts'
import { readTree } from '../support/tree.ts'
import { LIST } from '../targets/made-up/on-node.ts'

const PROGRAM = path.join(import.meta.dirname, '../targets/made-up/program.ts')

/** $1 the home directory, $2 the user, then Node and the program. The machine has an empty /etc and /var/lib. */
const SCRIPT = `
exec 2>&1
set -e
home=$1 user=$2
shift 2
as_root() { HOME=$home "$@"; }
as_user() { setpriv --reuid "$user" --regid "$user" --clear-groups env -i "PATH=$PATH" "HOME=$home" "$@"; }
mount -t tmpfs tmpfs /etc
mount -t tmpfs tmpfs /var/lib
if [ "$MOUNT_HOME" ]; then
  cp -a "$home" /var/lib/copy
  mount -t tmpfs -o "mode=700,uid=$user,gid=$user" tmpfs "$home/.config"
  cp -a /var/lib/copy/.config/. "$home/.config"
  rm -r /var/lib/copy
fi
cd /
`

function onMachine(home: string, uid: number, steps: string, env: NodeJS.ProcessEnv = {}): string {
  const words = ['sh', home, String(uid), process.execPath, PROGRAM]
  return execFileSync('unshare', ['--mount', 'sh', '-c', SCRIPT + steps, ...words], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  })
}

describe('the runtimes of a machine and of a user', () => {
  before(function () {
    needNamespaces(this)
  })

  it('are configured and restored one without the other', () =>
    withAccount(async account => {
      await account.write({ 'mirrors.toml': LIST })
      const out = onMachine(
        account.home,
        account.uid,
        `
list=$home/mirrors.toml
mkdir /etc/lists && cp "$list" /etc/lists && list=/etc/lists/mirrors.toml
as_root "$@" apply --no-probe -f "$list" >/dev/null
echo "user: $(as_user "$@" restore)"
as_user "$@" apply --no-probe -f "$list" >/dev/null
echo "root plan: $(as_root "$@" plan --check -f "$list")"
echo "user plan: $(as_user "$@" plan --check -f "$list" | tail -1)"
as_user "$@" restore >/dev/null
ls /etc/buildkit-toy
as_user "$@" apply --no-probe -f "$list" >/dev/null
as_root "$@" restore >/dev/null
ls /etc /var/lib
ls "$home/.config/buildkit-toy"
`,
      )
      assert.match(out, /to restore those, run regmirror restore as root\nuser: nothing to restore/)
      assert.match(out, /root plan: nothing to do: 3 files unchanged/)
      assert.match(out, /user plan: nothing to do: 3 files unchanged/)
      assert.match(
        out,
        /^mirrors\ntoy\.json\n(notice: .*\n)*\/etc:\nlists\n\n\/var\/lib:\nmirrors\ntoy\.json\n$/m,
      )
    }))

  it('can be in a home directory that spans file systems', () =>
    withAccount(async account => {
      await account.write({ '.config/regmirror/mirrors.toml': LIST, '.config/buildkit-toy/toy.json': '{}' })
      const out = onMachine(
        account.home,
        account.uid,
        `
as_user "$@" apply --no-probe | tail -2
as_user "$@" plan --check
as_user "$@" restore | tail -2
cat "$home/.config/buildkit-toy/toy.json"
find "$home" -name '*regmirror-*'
ls -A "$home"
`,
        { MOUNT_HOME: '1' },
      )
      assert.match(
        out,
        /2 created, 1 updated[\s\S]*nothing to do: 3 files unchanged[\s\S]*0 created, 1 updated, 2 deleted/,
      )
      assert.match(out, /^\{\}\.config\n$/m)
    }))
})

describe('two processes of one user', () => {
  it('write one after the other', () =>
    withAccount(async account => {
      await account.write({ 'mirrors.toml': LIST })
      const [one, other] = await Promise.all(
        [1, 2].map(() => account.run(['apply', '--no-probe', '-f', account.at('mirrors.toml')])),
      )
      assert.deepEqual([one?.code, other?.code], [0, 0], `${one?.stderr}${other?.stderr}`)
      assert.equal((await account.run(['restore'])).code, 0)
      assert.deepEqual(Object.keys(await readTree(account.home)), ['mirrors.toml'])
    }))
})
