/** Reading and writing below a root directory. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../../lib/model/errors.ts'
import { openWriter } from '../../lib/system/writer.ts'
import { readTree, withDirectory, writeTree } from '../support/tree.ts'

const failsWith = (pattern: RegExp) => (error: unknown) =>
  error instanceof Failure && pattern.test(error.message)

describe('files below a root directory', () => {
  it('are found through absolute links as if the root were /', () =>
    withDirectory(async root => {
      await writeTree(root, { 'srv/real': 'here', 'etc/link': '-> /srv/real', 'etc/dir': '-> /srv' })
      const tree = openWriter(root)
      assert.equal((await tree.read('/etc/link'))?.toString(), 'here')
      assert.equal((await tree.read('/etc/dir/real'))?.toString(), 'here')
      assert.equal(await tree.real('/etc/dir/real'), '/srv/real')
    }))

  it('are refused through links that leave the root', () =>
    withDirectory(async root => {
      await writeTree(root, { 'etc/link': '-> ../../../etc/hostname' })
      await assert.rejects(openWriter(root).read('/etc/link'), failsWith(/points outside the root/))
      await assert.rejects(
        openWriter(root).write('/etc/link', 'x', { mode: 0o644 }),
        failsWith(/points outside the root/),
      )
    }))

  it('are refused in a loop of links', () =>
    withDirectory(async root => {
      await writeTree(root, { a: '-> b', b: '-> a' })
      await assert.rejects(openWriter(root).read('/a'), failsWith(/links form a loop/))
    }))

  it('are absent or behind a dangling link, which is an error', () =>
    withDirectory(async root => {
      await writeTree(root, { a: '-> gone' })
      assert.equal(await openWriter(root).read('/b'), undefined)
      await assert.rejects(openWriter(root).read('/a'), failsWith(/is a link to gone, which does not exist/))
    }))

  it('are refused if they are directories', () =>
    withDirectory(async root => {
      await fs.mkdir(path.join(root, 'd'))
      await assert.rejects(openWriter(root).read('/d'), failsWith(/is a directory, not a file/))
    }))

  it('are refused over the size limit', () =>
    withDirectory(async root => {
      await writeTree(root, { big: 'x'.repeat(101) })
      await assert.rejects(openWriter(root).read('/big', 100), failsWith(/101 bytes; the limit is 100 bytes/))
    }))

  it('are written with the given mode whatever the umask, and leave no other files', () =>
    withDirectory(async root => {
      const mask = process.umask(0o077)
      try {
        const tree = openWriter(root)
        assert.deepEqual(await tree.makeDirectory('/a/b', 0o755), ['/a/b', '/a'])
        await tree.write('/a/b/c', 'x', { mode: 0o644 })
        assert.equal((await tree.facts('/a/b/c'))?.mode, 0o644)
        assert.equal((await tree.facts('/a'))?.mode, 0o755)
        assert.deepEqual(await readTree(root), { 'a/b/c': 'x' })
      } finally {
        process.umask(mask)
      }
    }))

  it('are private until they are complete, whatever the umask', () =>
    withDirectory(async root => {
      const mask = process.umask(0)
      try {
        const modes: number[] = []
        const recordMode = async (_from: string, to: string) => {
          modes.push((await fs.stat(to)).mode & 0o777)
        }
        await writeTree(root, { like: '' })
        await openWriter(root, recordMode).create('/new', Buffer.from('x'), { mode: 0o644 }, '/like')
        assert.deepEqual([...modes, (await fs.stat(path.join(root, 'new'))).mode & 0o777], [0o600, 0o644])
      } finally {
        process.umask(mask)
      }
    }))

  it('restricts a directory to its owner, where the system allows it', () =>
    withDirectory(async root => {
      await fs.mkdir(path.join(root, 'open'))
      await fs.chmod(path.join(root, 'open'), 0o2775)
      await openWriter(root).restrictToOwner('/open')
      assert.equal((await openWriter(root).facts('/open'))?.mode, 0o2700)
      await openWriter('/').restrictToOwner('/proc/1')
      assert.equal((await openWriter('/').facts('/proc/1'))?.mode, 0o555)
      await openWriter(root).restrictToOwner('/gone')
    }))

  it('are replaced behind a link, and the link stays', () =>
    withDirectory(async root => {
      await writeTree(root, { 'srv/real': 'old', 'etc/link': '-> /srv/real' })
      await openWriter(root).write('/etc/link', 'new', { mode: 0o600 })
      assert.deepEqual(await readTree(root), { 'srv/real': 'new', 'etc/link': '-> /srv/real' })
    }))

  it('explains the errors of the system', () =>
    withDirectory(async root => {
      await writeTree(root, { file: 'x' })
      await assert.rejects(
        openWriter(root).write('/file/below', 'x', { mode: 0o644 }),
        failsWith(/cannot write it: /),
      )
      const name = `/${'n'.repeat(300)}`
      await assert.rejects(
        openWriter(root).write(name, 'x', { mode: 0o644 }),
        failsWith(/the name is too long/),
      )
    }))

  it('are named in errors without their temporary names', () =>
    withDirectory(async root => {
      await writeTree(root, { 'd/.x.regmirror-000000000000/in': '' })
      const tree = openWriter(root)
      const [place, temporary] = ['/d/x', '/d/.x.regmirror-000000000000']
      const namesPlace = (error: unknown) =>
        error instanceof Failure && error.issues.every(({ file }) => file === place)
      await assert.rejects(tree.rename('/d/.x.regmirror-111111111111', place), namesPlace)
      await assert.rejects(tree.remove(temporary), namesPlace)
    }))

  it('are kept when a link to them is renamed', () =>
    withDirectory(async root => {
      await writeTree(root, { file: 'stays', 'd/link': '-> /file' })
      await openWriter(root).rename('/d/link', '/d/other')
      assert.deepEqual(await readTree(root), { file: 'stays', 'd/other': '-> /file' })
    }))

  it('are found immediately where they were made or moved, and not where they were', () =>
    withDirectory(async root => {
      await fs.chmod(root, 0o755)
      const tree = openWriter(root)
      await tree.remember(async () => {
        assert.equal(await tree.read('/new/file'), undefined)
        await tree.createDirectory('/made')
        await tree.create('/made/file', Buffer.from('x'), { mode: 0o644 })
        await tree.rename('/made', '/new')
        assert.equal((await tree.read('/new/file'))?.toString(), 'x')
        assert.equal(await tree.facts('/made/file'), undefined)
        assert.equal(await tree.facts('/made'), undefined)
        await fs.rename(path.join(root, 'new'), path.join(root, 'gone'))
        assert.equal(await tree.facts('/new/file'), undefined)
        await assert.rejects(tree.createDirectory('/gone'), failsWith(/cannot create it/))
      })
    }))

  it('are kept when a link to them is removed', () =>
    withDirectory(async root => {
      await writeTree(root, { file: 'stays', 'd/link': '-> /file' })
      await openWriter(root).remove('/d/link')
      assert.deepEqual(await readTree(root), { file: 'stays', 'd/': undefined })
    }))
})
