/** The Debian package as a file: the same bytes when it is built twice, and no error of lintian. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { EXECUTABLE } from '../support/program.ts'
import { needBuilt } from './support/built.ts'
import { buildVersion, RELEASE } from './support/packages.ts'
import { needRuntime, skip, treeOf } from './support/runtimes.ts'

/** lintian in its own tree, in an overlay: $1 an empty directory, $2 the tree, $3 the folder of the package. */
const LINTIAN = `
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mkdir -p proc dev tmp srv
mount -t proc proc proc
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mount --bind "$3" srv
exec chroot . sh -c 'lintian --profile debian --allow-root --no-cfg --fail-on error,warning /srv/*.deb'
`

describe('the file of the Debian package', function () {
  this.timeout(900_000)
  let home = ''
  let file = ''
  const at = (...names: readonly string[]) => path.join(home, ...names)
  /** Returns the file name of the package with the executable, if one is tested, otherwise of the one for Node. */
  const build = async (folder: string) => {
    const programs = EXECUTABLE === undefined ? at('none') : path.dirname(EXECUTABLE)
    // lintian refuses a package without compression.
    const [deb = ''] = await buildVersion(at(folder), programs, 'gzip')
    return path.basename(deb)
  }

  before(async function () {
    if (spawnSync('dpkg-deb', ['--version']).error !== undefined)
      skip(this, 'dpkg-deb is missing; install dpkg')
    needBuilt()
    home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-deb-'))
    file = await build('first')
  })
  after(() => fs.rm(home, { recursive: true, force: true }))

  it('has the same bytes when it is built twice, whatever the umask is', async () => {
    const umask = process.umask(0o077)
    try {
      await build('second')
    } finally {
      process.umask(umask)
    }
    assert.ok((await fs.readFile(at('first', file))).equals(await fs.readFile(at('second', file))))
  })

  it('belongs to root, and others can write nothing in it', () => {
    const listed = execFileSync('dpkg-deb', ['--contents', at('first', file)], { encoding: 'utf8' })
      .trim()
      .split('\n')
    assert.ok(listed.length > 30)
    for (const line of listed) assert.match(line, /^(l.{9}|[d-]rw[x-]r-[x-]r-[x-]) root\/root /)
    for (const name of [
      'etc/regmirror/regmirror.env',
      'usr/share/man/man5/regmirror-list.5.gz',
      'usr/bin/regmirror',
    ])
      assert.ok(
        listed.some(line => line.includes(` ./${name}`)),
        name,
      )
  })

  it('has units that start what it contains', () => {
    const unpacked = at('unpacked')
    execFileSync('dpkg-deb', ['--extract', at('first', file), unpacked])
    const units = execFileSync('sh', ['-c', 'cat "$0"/usr/lib/systemd/system/*.service', unpacked], {
      encoding: 'utf8',
    })
    const started = [...units.matchAll(/^Exec\w+=(\S+)/gm)].map(([, program]) => program)
    assert.deepEqual([...new Set(started)].sort(), [
      '/bin/kill',
      '/usr/bin/regmirror',
      '/usr/bin/systemd-notify',
    ])
    assert.doesNotMatch(units, /PATH of systemd|Install: copy/)
  })

  it('has no error and no warning of lintian', async function () {
    needRuntime(this, 'lintian-trixie', true)
    await fs.mkdir(at('stage'))
    const inside = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', LINTIAN, 'sh']
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [...inside, at('stage'), treeOf('lintian-trixie'), RELEASE ?? at('first')],
      { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } },
    )
    assert.equal(stdout + stderr, '')
    assert.equal(status, 0)
  })
})
