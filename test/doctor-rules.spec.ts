/** Rules of doctor about certs.d: each has a proof on the real containerd, and names releases where the release is not known. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openReader } from '../lib/system/reader.ts'
import { observeNode } from '../lib/targets/containerd/doctor/observe-node.ts'
import { certificateExpired } from '../lib/targets/containerd/doctor/rules/certificate-expired.ts'
import { rules } from '../lib/targets/containerd/doctor/rules.ts'
import { snapshotOf, writeTree } from './support/containerd-snapshot.ts'
import { diagnoseRoot, readCase, writeFixture } from './support/fixture-node.ts'
import { ROOT } from './support/load.ts'
import { withDirectory } from './support/tree.ts'

const NODES = path.join(ROOT, 'fixtures/doctor')
const ofHosts = rules.filter(({ part }) => part === 'hosts')

/** Rules whose nodes are not pulled on, and why. */
const WITHOUT_PULL: Readonly<Record<string, string>> = {
  default_unknown: 'Debian has no containerd before 1.6.17',
  dial_timeout_ignored: 'the mirror must not respond: test/e2e/differential.spec.ts',
  directory_hidden: 'it needs another config.toml: test/e2e/endpoints-cri.spec.ts',
  key_readable: 'containerd does not mind',
}

describe('rules about certs.d', () => {
  it('have a node each on which the real containerd pulls', () => {
    const pulled = readdirSync(NODES)
      .map(name => readCase(path.join(NODES, name)))
      .filter(({ pull }) => pull !== undefined)
      .flatMap(({ findings = [] }) => findings.map(text => text.split(' ')[1]))
    const without = ofHosts.map(({ code }) => code).filter(code => !pulled.includes(code))
    assert.deepEqual(without.sort(), Object.keys(WITHOUT_PULL))
  })

  it('name tests that exist', () => {
    for (const { code } of ofHosts) {
      const file = path.join(ROOT, `lib/targets/containerd/doctor/rules/${code.replaceAll('_', '-')}.ts`)
      const text = readFileSync(file, 'utf8')
      const named = text.slice(0, text.indexOf('*/')).match(/test\/e2e\/[\w-]+\.spec\.ts/g) ?? []
      for (const spec of named) assert.ok(existsSync(path.join(ROOT, spec)), `${code}: ${spec}`)
      assert.ok(named.length > 0 || Object.hasOwn(WITHOUT_PULL, code), code)
    }
  })

  const texts = async (hosts: string) =>
    await withDirectory(async root => {
      await writeTree(root, { '/etc/containerd/certs.d/quay.io/hosts.toml': hosts })
      const found = await diagnoseRoot(root, undefined)
      const about = found.filter(({ registry }) => registry === 'quay.io')
      return about.map(({ severity, consequence }) => `${severity}: ${consequence}`)
    })

  it('name the releases that a finding is for, where the release is not known', async () => {
    assert.deepEqual(await texts('server = "https://quay.io"\n'), [
      'warning: containerd before 1.7.32 ignores the whole file and pulls from the registry itself',
    ])
    assert.deepEqual(await texts('\ufeff[host."https://m.example"]\n'), [
      'warning: containerd 2.0.0 and later ignores the whole file and pulls from the registry itself',
    ])
    assert.deepEqual(await texts('[host."http://m.example:5000"]\nskip_verify = true\n'), [
      'warning: containerd from 1.6.25 on, before 1.7.0, and 1.7.8 and later tries HTTPS first, which costs a connection for each request, or hangs where the port drops it',
    ])
    assert.deepEqual(await texts('[host."https://m.example"]\ncapabilities = ["pul"]\n'), [
      'error: containerd ignores the whole file and pulls from the registry itself',
    ])
  })

  it('report a certificate that is not valid yet, on the machine itself', async () => {
    const hosts = '/etc/containerd/certs.d/quay.io/hosts.toml'
    const files = {
      '/etc/containerd/config.toml': 'version = 2\n',
      '/etc/containerd/certs.d/quay.io/ca.pem': readFileSync(path.join(ROOT, 'fixtures/tls/ca.pem'), 'utf8'),
      [hosts]: '[host."https://m.example"]\nca = "ca.pem"\n',
    }
    await withDirectory(async root => {
      await writeTree(root, files)
      const view = {
        node: openReader(root),
        state: { version: 1, files: {}, made: [], empty: [] } as const,
        uid: 0,
        machine: undefined,
      }
      const snapshot = await snapshotOf(files, '2.1.9')
      const { observed } = await observeNode(snapshot, view, [], Date.UTC(2023, 0, 1))
      assert.deepEqual(certificateExpired.find(observed), [])
      const onMachine = { ...observed, snapshot: { ...snapshot, onMachine: true } }
      const [found] = certificateExpired.find(onMachine)
      assert.match(found?.problem ?? '', /ca\.pem, which is not valid before 2024-01-01$/)
    })
  })
})

const CA = readFileSync(path.join(ROOT, 'fixtures/tls/ca.pem'), 'utf8')
const CERTS_D = '/etc/containerd/certs.d'

async function diagnoseFiles(files: Readonly<Record<string, string>>, version?: string) {
  return await withDirectory(async root => {
    await writeTree(root, files)
    return await diagnoseRoot(root, version)
  })
}

describe('rules about certificates', () => {
  const config =
    'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n'

  it('keep the certificate where a directory takes the place of _default', async () => {
    const [found] = await diagnoseFiles({
      '/etc/containerd/config.toml': config,
      [`${CERTS_D}/_default/hosts.toml`]: '[host."http://10.0.0.5:5000"]\n',
      [`${CERTS_D}/quay.io/ca.crt`]: CA,
    })
    assert.equal(found?.severity, 'note')
    const cure =
      'for a mirror, write /etc/containerd/certs.d/quay.io/hosts.toml with server = "https://quay.io", ca = "ca.crt" above the first [host…], and the [host…] tables of /etc/containerd/certs.d/_default/hosts.toml; the directory must stay: it has certificates of quay.io'
    assert.equal(found.cure, cure)
  })

  it('accept a copy of the certificate, and say where to name one', async () => {
    const beside = async (named: string) =>
      await diagnoseFiles({
        '/etc/containerd/config.toml': config,
        [`${CERTS_D}/registry.corp.example/hosts.toml`]:
          'server = "https://registry.corp.example"\nca = "copy.pem"\n[host."https://m.example"]\n',
        [`${CERTS_D}/registry.corp.example/copy.pem`]: named,
        [`${CERTS_D}/registry.corp.example/ca.crt`]: CA,
      })
    assert.deepEqual(await beside(CA), [])
    const [other] = await beside(readFileSync(path.join(ROOT, 'fixtures/tls/loopback.pem'), 'utf8'))
    assert.equal(other?.code, 'certificate_not_named')
    assert.match(other.cure, /^write ca = "ca\.crt" above the first \[host…\] for the server, or below /)
  })

  it('accept a CA of a public registry that a list has', async () => {
    const text = 'server = "https://quay.io"\nca = ["ca.pem"]\n[host."https://m.example"]\n'
    const found = async (before: string) =>
      await diagnoseFiles({
        '/etc/containerd/config.toml': config,
        [`${CERTS_D}/quay.io/hosts.toml`]: before + text,
        [`${CERTS_D}/quay.io/ca.pem`]: CA,
      })
    assert.deepEqual(
      (await found('')).map(({ code }) => code),
      ['root_key_misplaced'],
    )
    assert.deepEqual(await found('# Managed by regmirror: edit the mirror list\n'), [])
  })

  it('report a TLS key at a plain-http host once', async () => {
    const files = {
      '/etc/containerd/config.toml': config,
      [`${CERTS_D}/quay.io/hosts.toml`]: '[host."http://m.example:5000"]\nskip_verify = true\n',
    }
    const found = await diagnoseFiles(files, '1.7')
    assert.deepEqual(
      found.map(({ severity, code }) => `${severity} ${code}`),
      ['warning tls_on_http'],
    )
  })
})

describe('rules about config.toml', () => {
  /** What they find has no effect, or is about certs.d. */
  const WITHOUT_EFFECT = ['tls_ignored', 'transfer_config_path']
  const ofConfig = rules.filter(({ part }) => part === 'config').map(({ code }) => code)

  it('say when a cure takes effect', async () => {
    for (const name of readdirSync(NODES)) {
      const one = readCase(path.join(NODES, name))
      if (!one.findings?.some(text => ofConfig.some(code => text.includes(` ${code} `)))) continue
      await withDirectory(async root => {
        await writeFixture(path.join(NODES, name), root, one)
        const found = await diagnoseRoot(root, one.version)
        const cures = found
          .filter(({ code, severity }) => ofConfig.includes(code) && severity !== 'note')
          .filter(({ code }) => !WITHOUT_EFFECT.includes(code))
        for (const { code, cure } of cures) assert.match(cure, /restart containerd|regmirror apply/, code)
      })
    }
  })

  const texts = async (files: Readonly<Record<string, string>>) =>
    await withDirectory(async root => {
      await writeTree(root, files)
      const found = await diagnoseRoot(root, undefined)
      return found.map(({ severity, consequence }) => `${severity}: ${consequence}`)
    })

  it('name the releases that a finding is for, where the release is not known', async () => {
    const config = '/etc/containerd/config.toml'
    const old = '[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n'
    const current =
      '[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/etc/containerd/certs.d"\n'
    assert.deepEqual(await texts({ [config]: `version = 3\n${old}` }), [
      'warning: containerd before 2.3.0 ignores it: config_path has no effect, and no mirror is used',
    ])
    assert.deepEqual(await texts({ [config]: `version = 3\n${current}${old}` }), [
      'note: containerd before 2.3.0 ignores it, and reads the config_path of the other table',
    ])
    const tables = `version = 2\n${old}[plugins."io.containerd.grpc.v1.cri".registry.configs."a.example".tls]\nca_file = "/ca.pem"\n`
    assert.deepEqual(await texts({ [config]: tables }), [
      'warning: on containerd before 2.0.0, the CRI plugin does not load, and the node becomes NotReady',
      'warning: containerd 2 ignores it, so certificates of this registry are not trusted',
    ])
  })
})
