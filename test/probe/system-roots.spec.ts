/** The system's certificates: found where containerd finds them, and not read more often than needed. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import blocking from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { openRoots } from '../../lib/probe/tls/system-roots.ts'
import { pem } from '../support/tls.ts'
import { withDirectory, writeTree } from '../support/tree.ts'

const HOUR = 3_600_000
const [CA, OTHER, THIRD] = [pem('ca.pem'), pem('self-signed.pem'), pem('expired.pem')]
const readRoots = (env: Record<string, string>) => openRoots(env, () => 0).read()
const nameOf = (text: string) => new X509Certificate(text).fingerprint256
const names = (roots: readonly string[]) => roots.map(nameOf).sort()
const namesOf = (...texts: string[]) => texts.map(nameOf).sort()

describe("the system's certificates", () => {
  it('are those of the bundle and of every file in the directories, each once', () =>
    withDirectory(async root => {
      await writeTree(root, {
        'bundle.pem': `# a comment\n${CA}${OTHER}`,
        'one/ca.crt': CA,
        'one/third.pem': '-> ../elsewhere/third.pem',
        'one/0123abcd.0': '-> third.pem',
        'one/folder/unread.pem': pem('evil.pem'),
        'elsewhere/third.pem': THIRD,
        'two/server.pem': pem('server.pem'),
      })
      const at = (...files: string[]) => files.map(file => path.join(root, file)).join(':')
      const env = { SSL_CERT_FILE: at('bundle.pem'), SSL_CERT_DIR: at('one', 'gone', 'two') }
      assert.deepEqual(names(await readRoots(env)), namesOf(CA, OTHER, THIRD, pem('server.pem')))
    }))

  it('are all valid ones: broken certificates and other blocks are ignored', () =>
    withDirectory(async root => {
      const broken = CA.replace(/\n[\w+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')
      const trusted = OTHER.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')
      const unended = THIRD.slice(0, 200)
      await writeTree(root, { 'bundle.pem': `${broken}${trusted}${pem('server-key.pem')}${unended}\n${CA}` })
      const env = { SSL_CERT_FILE: path.join(root, 'bundle.pem'), SSL_CERT_DIR: path.join(root, 'none') }
      assert.deepEqual(names(await readRoots(env)), namesOf(CA))
    }))

  it('are none if there are none: SSL_CERT_FILE replaces the bundles of the system', () =>
    withDirectory(async root => {
      const env = { SSL_CERT_FILE: path.join(root, 'none.pem'), SSL_CERT_DIR: root }
      assert.deepEqual(await readRoots(env), [])
      assert.deepEqual(await readRoots({ ...env, SSL_CERT_FILE: root }), [])
      if ((await readRoots({})).length > 0)
        assert.ok(
          (await readRoots({ SSL_CERT_FILE: '', SSL_CERT_DIR: '' })).length > 0,
          'an empty variable counts as unset',
        )
    }))

  it('are read again after a file was changed, created or removed, on request, and once an hour', () =>
    withDirectory(async root => {
      const [bundle, directory] = [path.join(root, 'bundle.pem'), path.join(root, 'certs')]
      await writeTree(root, { 'bundle.pem': CA, 'certs/hidden/x': '' })
      let now = 0
      const reader = openRoots({ SSL_CERT_FILE: bundle, SSL_CERT_DIR: directory }, () => now)
      const first = await reader.read()
      assert.deepEqual(names(first), namesOf(CA))

      const real = { open: fs.open, openSync: blocking.openSync }
      let opened = 0
      fs.open = (...args) => {
        opened += 1
        return real.open(...args)
      }
      blocking.openSync = (...args) => {
        opened += 1
        return real.openSync(...args)
      }
      try {
        const readings = async () => {
          const before = opened
          const roots = await reader.read()
          return { roots, read: opened > before }
        }
        now = HOUR - 1
        assert.deepEqual(await readings(), { roots: first, read: false })
        now = HOUR
        const hourly = await readings()
        assert.ok(hourly.read)
        assert.equal(hourly.roots, first, 'the same array: nothing has to be parsed again')
        reader.expire()
        assert.deepEqual(await readings(), { roots: first, read: true })
        assert.deepEqual(await readings(), { roots: first, read: false })

        await fs.writeFile(`${bundle}.new`, OTHER)
        await fs.rename(`${bundle}.new`, bundle)
        assert.deepEqual(names((await readings()).roots), namesOf(OTHER))
        await fs.appendFile(bundle, CA)
        assert.deepEqual(names((await readings()).roots), namesOf(OTHER, CA))
        await fs.writeFile(path.join(directory, 'third.crt'), THIRD)
        assert.deepEqual(names((await readings()).roots), namesOf(OTHER, CA, THIRD))
        await fs.rm(path.join(directory, 'third.crt'))
        assert.deepEqual(names((await readings()).roots), namesOf(OTHER, CA))
        await fs.rm(bundle)
        assert.deepEqual(await readings().then(({ roots }) => roots), [])
      } finally {
        fs.open = real.open
        blocking.openSync = real.openSync
      }
    }))
})
