/**
 * For any buildkitd.toml and any list that BuildKit can express, regmirror either refuses and changes nothing, or buildkitd
 * contacts what the list says, and `restore` puts every byte back. What buildkitd contacts, an oracle of the test says.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { NO_DAEMONS } from '../../../lib/targets/buildkit/daemons.ts'
import { fileOf } from '../../../lib/targets/buildkit/observe.ts'
import { endpoints } from '../../../lib/targets/buildkit/pull/endpoints.ts'
import type { BuildkitSnapshot } from '../../../lib/targets/buildkit/snapshot.ts'
import { type BuildkitCase, buildkitCases, buildkitList } from '../../support/arbitrary/buildkit-nodes.ts'
import { contactedBy, isAccepted } from '../../support/buildkit-config.ts'
import { checkProperty } from '../../support/check-property.ts'
import { ROOT } from '../../support/load.ts'
import { run } from '../../support/run.ts'
import { readTree, withDirectory } from '../../support/tree.ts'

const TLS = path.join(ROOT, 'fixtures/tls')
const CONFIG = 'etc/buildkit/buildkitd.toml'

const show = (one: BuildkitCase) => `${buildkitList(one, TLS)}\n--- buildkitd.toml\n${one.text ?? '(none)'}`

const seen = { applied: 0, refused: 0 }

async function check(one: BuildkitCase): Promise<void> {
  await withDirectory(async home => {
    const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
    await fs.mkdir(path.join(root, 'etc/buildkit'), { recursive: true })
    await fs.mkdir(path.join(root, 'var/lib'), { recursive: true })
    if (one.text !== undefined) await fs.writeFile(path.join(root, CONFIG), one.text)
    await fs.writeFile(list, buildkitList(one, TLS))
    const before = await readTree(root)
    const command = (verb: string, ...more: string[]) =>
      run([verb, '--root', root, '-f', list, '--allow-files-from', TLS, ...more])
    const { code, stderr } = await command('apply')
    if (code === 2) {
      assert.match(stderr, one.text !== undefined && isAccepted(one.text) ? /by hand/ : /toml:\d+:\d+: /)
      assert.deepEqual(await readTree(root), before)
      seen.refused += 1
      return
    }
    assert.equal(code, 0, stderr)
    seen.applied += 1
    assertContacted(one, root)
    assert.equal((await command('plan', '--check')).code, 0)
    const restored = await run(['restore', '--root', root])
    assert.equal(restored.code, 0, restored.stderr)
    assert.deepEqual(await readTree(root), before)
  })
}

function assertContacted({ registries }: BuildkitCase, root: string): void {
  const file = path.join(root, CONFIG)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  for (const { name, mirrors } of registries) {
    const contacted = contactedBy(text, name).slice(0, -1)
    assert.deepEqual(
      contacted.map(({ url, plainUrl }) => ({ url, plainUrl })),
      mirrors.map(({ url }) => ({ url: apiBase(url), plainUrl: undefined })),
    )
    for (const [i, { tls }] of mirrors.entries()) {
      const { ca = [], pairs = [], skipVerify } = contacted[i] ?? {}
      assert.equal(skipVerify, tls === 'skip')
      const read = (at: string) => readFileSync(path.join(root, at), 'utf8')
      if (tls === 'ca') assert.deepEqual(ca.map(read), [readFileSync(`${TLS}/ca.pem`, 'utf8')])
      if (tls !== 'client') continue
      assert.deepEqual(
        pairs.map(pair => pair.map(read)),
        [['client.pem', 'client-key.pem'].map(pem => readFileSync(`${TLS}/${pem}`, 'utf8'))],
      )
    }
  }
}

function apiBase(url: string): string {
  return new URL(url).pathname === '/' ? `${new URL(url).origin}/v2` : url
}

describe('any buildkitd.toml', function () {
  this.timeout(600_000)

  it('has the mirrors of the list after apply, and every byte back after restore', async () => {
    await checkProperty(buildkitCases, 240, check, show)
    assert.ok(seen.applied > 3 * seen.refused, JSON.stringify(seen))
    assert.ok(seen.refused > 0)
  })

  it('is read by explain as buildkitd reads it', async () => {
    const counts = { read: 0, refused: 0 }
    await checkProperty(
      buildkitCases,
      4000,
      async ({ text = '' }) => {
        const parsed = fileOf('/etc/buildkit/buildkitd.toml', Buffer.from(text))
        if (!isAccepted(text) || parsed.file === undefined) {
          counts.refused += 1
          return
        }
        counts.read += 1
        for (const registry of [
          'docker.io',
          'quay.io',
          'gcr.io',
          'a.example',
          '127.0.0.1:5001',
          'c.example',
        ]) {
          const [route] = endpoints({ ...BLANK, ...parsed }, `${registry}/team/app:1`)
          assert.deepEqual(
            route.endpoints.map(({ url, plainUrl, skipVerify, ca, client }) => ({
              ...{ url, ...(plainUrl !== undefined && { plainUrl }), skipVerify, ca },
              pairs: client.map(({ cert, key }) => [cert, key]),
            })),
            contactedBy(text, registry),
            registry,
          )
        }
      },
      ({ text }) => text ?? '',
    )
    assert.ok(counts.read > 4 * counts.refused, JSON.stringify(counts))
  })
})

const BLANK: BuildkitSnapshot = {
  ...{ config: '/etc/buildkit/buildkitd.toml', named: false, file: undefined, faults: [] },
  ...{ setValues: [], written: [], release: undefined, daemons: NO_DAEMONS },
  ...{ installed: false, onMachine: false, rootless: false },
}
