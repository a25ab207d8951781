/** Journals, states and locks that regmirror did not write: refused in one line, and the node stays as it is. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { parseJournal } from '../lib/apply/journal-format.ts'
import { readState } from '../lib/ownership/state.ts'
import { openWriter } from '../lib/system/writer.ts'
import { run } from './support/run.ts'
import { readTree, type Tree, withDirectory, writeTree } from './support/tree.ts'

const STATE = 'var/lib/regmirror'
const DIGEST = 'a'.repeat(64)
const HEX = '000000000000'

const [STAGED, BACKUP] = [`/etc/.x.regmirror-${HEX}`, '/etc/.x.regmirror-111111111111']

/** A journal of one swap of `/etc/x`, and more. */
const journalOf = (swap: object, more: object = {}) => ({
  version: 2,
  command: 'apply',
  started_at: '2026-01-01T00:00:00.000Z',
  swaps: [{ path: '/etc/x', ...swap }],
  make_directories: [],
  prune_directories: [],
  keep_originals: [],
  drop_originals: [],
  ...more,
})

/** Swaps of each kind that would be accepted. */
const created = (more: object = {}) => ({ kind: 'create_file', staged: STAGED, after: DIGEST, ...more })
const removed = (more: object = {}) => ({ kind: 'remove_file', backup: BACKUP, before: DIGEST, ...more })
const replaced = (more: object = {}) => ({ ...created(), ...removed(), kind: 'replace_file', ...more })
const cleared = (files: object) => ({ kind: 'remove_directory', backup: BACKUP, files })

/** A journal of a run that reloads a daemon by signal. */
const reloading = (more: object) => {
  const daemon = { target: 'toy', action: 'reload', signal: 'SIGHUP', address: '/run/toy.sock' }
  const process = { config: '/etc/toy.json', pid: 4711, started_at: 12 }
  return journalOf(created(), { activations: [{ ...daemon, ...process, ...more }] })
}
/** A journal whose daemon reads an empty value before the file is put back. */
const clearing = (more: object = {}) => {
  const values = [{ path: ['hosts'], cleared: [] }]
  const clear = { path: '/etc/x', staged: '/etc/.x.regmirror-222222222222', format: 'json', values, ...more }
  return journalOf(replaced(), { revert_clears: [clear] })
}
const RESTART = { action: 'restart', signal: undefined, unit: 'toy.service' }

/** Runs a command that must fail and leave the tree as it is; returns its stderr. */
async function runRefused(tree: Tree, ...args: string[]): Promise<string> {
  return await withDirectory(async root => {
    await writeTree(root, tree)
    const before = await readTree(root)
    const { code, stderr } = await run([...args, '--root', root])
    assert.equal(code, 2, stderr)
    assert.match(stderr, /^error: [^\n]+\n$/)
    assert.deepEqual(await readTree(root), before)
    return stderr
  })
}

describe('a journal that regmirror did not write', () => {
  const cases: [title: string, journal: object][] = [
    ['a temporary elsewhere', journalOf(created({ staged: `/srv/.x.regmirror-${HEX}` }))],
    ['a temporary of another file', journalOf(created({ staged: `/etc/.y.regmirror-${HEX}` }))],
    ['a path that is not a temporary', journalOf(created({ staged: '/etc/y' }))],
    ['a temporary with another ending', journalOf(removed({ backup: '/etc/.x.regmirror-0' }))],
    ['a temporary below a file', journalOf(removed({ backup: `/etc/x/../.x.regmirror-${HEX}` }))],
    ['one temporary twice', journalOf(replaced({ staged: BACKUP }))],
    ['a relative path', journalOf(created({ path: 'etc/x' }))],
    ['the root', journalOf(created({ path: '/' }))],
    ['a path with ..', journalOf(created({ path: '/etc/../etc/x' }))],
    ['an empty directory', journalOf(cleared({}))],
    ['a directory with a file below', journalOf(cleared({ 'a/b': DIGEST }))],
    ['a directory with ..', journalOf(cleared({ '..': DIGEST }))],
    ['an invalid digest', journalOf(removed({ before: 'x' }))],
    ['a missing digest', journalOf(replaced({ after: undefined }))],
    ['an unknown kind', journalOf({ ...created(), kind: 'constructor' })],
    ['a field of another kind', journalOf(created({ backup: BACKUP }))],
    ['an original name that is a path', journalOf(created(), { drop_originals: ['../state.json'] })],
    ['a new directory with ..', journalOf(created(), { make_directories: ['/var/../etc'] })],
    ['null instead of a swap', journalOf({}, { swaps: [null] })],
    ['no list of swaps', journalOf({}, { swaps: undefined })],
    ['a signal to every process', reloading({ pid: -1 })],
    ['a signal to its own group', reloading({ pid: 0 })],
    ['another signal', reloading({ signal: 'SIGKILL' })],
    ['a restart by signal', reloading({ action: 'restart', unit: 'toy.service' })],
    ['a reload without a unit and a signal', reloading({ signal: undefined })],
    ['an option in place of a unit', reloading({ signal: undefined, unit: '--force' })],
    ['a restart without a socket', reloading({ ...RESTART, address: undefined })],
    ['a relative socket', reloading({ address: 'run/toy.sock' })],
    ['a main file with ..', reloading({ config: '/etc/../etc/toy.json' })],
    ['an empty value of another file', clearing({ path: '/etc/y' })],
    ['an empty value in the old content of a swap', clearing({ staged: BACKUP })],
    ['an empty value in the new content of a swap', clearing({ staged: STAGED })],
    ['an empty value in an unknown format', clearing({ format: 'constructor' })],
    ['an empty value without a key', clearing({ values: [{ path: [], cleared: [] }] })],
    ['a start time that is no number', reloading({ started_at: '12' })],
  ]
  for (const [title, journal] of cases) {
    it(`is refused with ${title}`, async () => {
      const file = `${STATE}/journal-staging.json`
      const tree = { 'etc/x': 'x', 'etc/y': 'y', [file]: JSON.stringify(journal) }
      assert.match(await runRefused(tree, 'restore'), /journal-staging\.json: is damaged; check the files /)
    })
  }

  for (const version of [1, 3]) {
    it(`is refused with version ${version}`, async () => {
      const text = JSON.stringify(journalOf(created(), { version }))
      const stderr = await runRefused({ 'etc/x': 'x', [`${STATE}/journal-staging.json`]: text }, 'restore')
      assert.match(stderr, new RegExp(`has journal version ${version}, but this regmirror reads version 2; `))
    })
  }

  it('is valid when regmirror could have written it', async () => {
    const swaps = [created(), removed(), replaced(), cleared({ 'hosts.toml': DIGEST })]
    const activations = [{}, { address: undefined, config: undefined }, { unit: 'toy.service' }, RESTART]
    for (const journal of [...swaps.map(swap => journalOf(swap)), ...activations.map(reloading), clearing()])
      assert.ok(parseJournal(JSON.stringify(journal), 'journal'))
  })

  const links: Tree[] = [
    { [`etc/.x.regmirror-${HEX}`]: '-> /srv', 'srv/hosts.toml': 'x' },
    { etc: '-> /srv', 'srv/hosts.toml': 'x', [`srv/.x.regmirror-${HEX}/hosts.toml`]: 'y' },
  ]
  for (const tree of links) {
    it(`is refused when a link is in one of its paths: ${Object.keys(tree)[0]}`, async () => {
      const files = { 'hosts.toml': DIGEST }
      const journal = journalOf({ kind: 'create_directory', staged: STAGED, files })
      const file = `${STATE}/journal-staging.json`
      const stderr = await runRefused({ ...tree, [file]: JSON.stringify(journal) }, 'restore')
      assert.match(stderr, /journal-staging\.json: names .* but a link is in that path; /)
    })
  }
})

describe('a state that regmirror did not write', () => {
  const written = { target: 'containerd', digest: DIGEST, written_at: '', effect: 'immediate', owns: 'whole' }
  const stateOf = (file: string, original: object | null, more: object = {}) =>
    JSON.stringify({ version: 1, files: { [file]: { ...written, original, ...more } } })
  const valuesOf = (more: object) =>
    stateOf('/etc/x', null, { owns: 'values', format: 'toml', values: [{ path: ['a'], value: 1 }], ...more })
  const kept = { kept: 'b'.repeat(32), mode: 0o644, uid: 0, gid: 0 }
  const restoredOf = (more: object) =>
    JSON.stringify({
      ...{ version: 1, files: {} },
      restored: { '/etc/x': { target: 'containerd', written_at: '', ...more } },
    })
  const cases: [title: string, text: string][] = [
    ['a path with ..', stateOf('/etc/../x', kept)],
    ['an invalid mode', stateOf('/etc/x', { ...kept, mode: 2 ** 40 })],
    ['an invalid user', stateOf('/etc/x', { ...kept, uid: -1 })],
    ['an invalid digest of an original', stateOf('/etc/x', { ...kept, digest: 'x' })],
    ['an original name that is a path', stateOf('/etc/x', { ...kept, kept: '../../../../etc/shadow' })],
    ['a new directory with ..', JSON.stringify({ version: 1, files: {}, made: ['/var/../etc'] })],
    ['an unknown effect', stateOf('/etc/x', null, { effect: 'soon' })],
    ['an unknown ownership', stateOf('/etc/x', null, { owns: 'value' })],
    ['values of a whole file', stateOf('/etc/x', null, { values: [] })],
    ['no values', valuesOf({ values: undefined })],
    ['a value without a path', valuesOf({ values: [{ path: [], value: 1 }] })],
    ['a path that is not text', valuesOf({ values: [{ path: [1], value: 1 }] })],
    ['a path without a value', valuesOf({ values: [{ path: ['a'] }] })],
    ['an unknown format', valuesOf({ format: 'constructor' })],
    ['a first text that is not text', valuesOf({ created_from: 1 })],
    ['a bundle elsewhere', stateOf('/etc/x', null, { bundle: '/etc/y' })],
    ['a reference with ..', stateOf('/etc/x', null, { after: ['/etc/../x'] })],
    ['a registry that is not text', stateOf('/etc/x', null, { registry: {} })],
    ['a reader without a boot', stateOf('/etc/x', null, { loaded_by: { ticks: 1 } })],
    ['a flag that is no flag', stateOf('/etc/x', null, { keeps_value: 'yes' })],
    ['an unknown effect of a restored file', restoredOf({ effect: 'soon' })],
    ['a restored file with an invalid reader', restoredOf({ loaded_by: 1 })],
  ]
  it('is valid when regmirror could have written it', () =>
    withDirectory(async root => {
      const valid = [
        stateOf('/etc/x', kept, { bundle: '/etc', after: ['/etc/y'], registry: '*', format: 'toml' }),
        valuesOf({ values: [{ path: ['a', 'b'], value: { c: [null] } }], created_from: '' }),
        valuesOf({ loaded_by: { boot_id: 'b', ticks: 1 }, keeps_value: true, values: [] }),
      ]
      for (const text of valid) {
        await writeTree(root, { [`${STATE}/state.json`]: text })
        assert.equal(Object.keys((await readState(openWriter(root))).files).length, 1)
      }
    }))

  for (const [title, text] of cases) {
    it(`is refused with ${title}`, async () => {
      const stderr = await runRefused({ [`${STATE}/state.json`]: text, 'etc/': undefined }, 'restore')
      assert.match(stderr, /state\.json: is damaged or of a newer version; /)
    })
  }

  for (const name of ['state.json', 'journal-committing.json', 'health.json', 'history.json']) {
    it(`is not read when ${name} has two gigabytes`, () =>
      withDirectory(async root => {
        await writeTree(root, { [`${STATE}/${name}`]: '' })
        await fs.truncate(path.join(root, STATE, name), 2 ** 31)
        await fs.writeFile(path.join(root, 'mirrors.toml'), 'version = 1\n[registries."quay.io"]\n')
        const { code, stderr } = await run(['plan', '--root', root, '-f', path.join(root, 'mirrors.toml')])
        // Only the page of a watcher reads the history.
        assert.equal(code, name === 'history.json' ? 0 : 2)
        if (code === 2) assert.match(stderr, new RegExp(`${name}: is ${2 ** 31} bytes;`))
      }))
  }
})

describe('a lock that regmirror did not create', () => {
  for (const name of ['lock-1', 'watch-1']) {
    it(`is not followed when ${name} is a link to the socket of another program`, () =>
      withDirectory(async home => {
        const [socket, root] = [path.join(home, 'docker.sock'), path.join(home, 'image')]
        let connections = 0
        const server = net.createServer(client => {
          connections += 1
          client.end()
        })
        await once(server.listen(socket), 'listening')
        try {
          await fs.mkdir(path.join(root, STATE), { recursive: true })
          await fs.symlink(socket, path.join(root, STATE, name))
          for (const args of [
            ['restore', '--check'],
            ['restore'],
            ['apply', '-f', '/dev/null', '--list-format', 'json'],
          ]) {
            const { code, stderr } = await run([...args, '--root', root])
            assert.equal(code, 2)
            assert.match(stderr, new RegExp(`/var/lib/regmirror/${name}: is a link, .*; remove it`))
          }
          assert.equal(connections, 0)
        } finally {
          server.close()
        }
      }))
  }

  it('is read up to one line, however much its holder sends', () =>
    withDirectory(async root => {
      await fs.mkdir(path.join(root, STATE), { recursive: true })
      const server = net.createServer(client => client.on('error', () => {}).end('x'.repeat(2 ** 24)))
      await once(server.listen(path.join(root, STATE, 'lock-1')), 'listening')
      try {
        const { code, stderr } = await run(['restore', '--root', root, '--lock-timeout', '0s'])
        assert.equal(code, 0, stderr)
        await writeTree(root, {
          [`${STATE}/journal-staging.json`]: JSON.stringify(journalOf({})),
          'l.toml': 'version = 1\n[registries."quay.io"]\n',
        })
        const args = ['apply', '--root', root, '-f', path.join(root, 'l.toml'), '--lock-timeout', '0s']
        const refused = await run(args)
        assert.equal(refused.code, 2)
        assert.match(refused.stderr, /is writing to this node/)
        assert.ok(refused.stderr.length < 2048)
      } finally {
        server.close()
      }
    }))
})

const notRoot = process.getuid?.() !== 0

describe('a state folder with files of another user', () => {
  before(function () {
    if (notRoot) this.skip()
  })

  const tree = {
    [`${STATE}/state.json`]: JSON.stringify({ version: 1, files: {} }),
    [`${STATE}/health.json`]: '{}',
    [`${STATE}/originals/${'b'.repeat(32)}`]: 'x',
    [`${STATE}/lost+found/`]: undefined,
    'l.toml': 'version = 1\n[registries."quay.io"]\n',
  }
  const names = ['', 'state.json', 'health.json', 'originals', `originals/${'b'.repeat(32)}`]
  for (const name of names) {
    it(`is refused by root when another user owns ${path.join(STATE, name)}`, () =>
      withDirectory(async root => {
        await writeTree(root, tree)
        await fs.chown(path.join(root, STATE, name), 1234, 1234)
        for (const args of [['restore'], ['plan', '-f', path.join(root, 'l.toml')]]) {
          const { code, stderr } = await run([...args, '--root', root], { uid: 0 })
          assert.equal(code, 2)
          assert.match(
            stderr,
            new RegExp(`^error: /${path.join(STATE, name)}: belongs to user 1234, .*chown root`),
          )
        }
      }))
  }

  it('is read by its owner, and other files in it stay', () =>
    withDirectory(async root => {
      await writeTree(root, tree)
      await fs.chown(path.join(root, STATE, 'lost+found'), 1234, 1234)
      const { code, stderr } = await run(['restore', '--root', root], { uid: 0 })
      assert.equal(code, 0, stderr)
      assert.ok((await fs.readdir(path.join(root, STATE))).includes('lost+found'))
      for (const name of names) await fs.chown(path.join(root, STATE, name), 1234, 1234).catch(() => {})
      assert.equal((await run(['restore', '--check', '--root', root], { uid: 1234 })).code, 0)
    }))
})
