/**
 * A registry directory without hosts.toml beside a `_default` that has one: the first directory that exists is used, and it
 * is never completed by `_default` (hostPaths, config_unix.go:25-36@v2.3.4; loadHostDir, hosts.go:321-326@v2.3.4). On the
 * real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { DOCKER_HUB } from '../../../../model/registry.ts'
import type { Found, Rule } from '../../../rule.ts'
import { certificateKeys, isCertificate } from '../certificate-keys.ts'
import { type HostsView, hostsViews } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const defaultShadowed: Rule<ObservedNode> = {
  code: 'default_shadowed',
  severity: 'warning',
  also: { note: 'where certificates lie there' },
  part: 'hosts',
  title: 'a directory without hosts.toml takes the place of `_default`',
  find: observed => {
    const views = hostsViews(observed)
    return views
      .filter(({ text, registry, root }) => {
        const hasDefault = views.some(
          view => view.root === root && view.registry === '*' && view.text !== undefined,
        )
        return text === undefined && registry !== '*' && hasDefault
      })
      .map(findShadow)
  },
}

function findShadow({ directory, registry, root, file }: HostsView): Found {
  const certificates = directory.entries.filter(isCertificate)
  const place = { file: directory.path, registry, problem: 'this directory has no hosts.toml' }
  const consequence = `containerd uses it in place of ${root}/_default, so ${registry} has no mirror`
  const hosts = `the [host…] tables of ${root}/_default/hosts.toml`
  const server = `server = "${serverOf(registry)}"`
  if (certificates.length === 0)
    return {
      ...place,
      consequence,
      cure: `write ${file} with ${server} and ${hosts}, or remove the directory`,
    }
  const keys = certificateKeys(certificates, directory.entries)
  // It was made on purpose, so the registry may need no mirror.
  const cure = `for a mirror, write ${file} with ${server}, ${keys} above the first [host…], and ${hosts}; the directory must stay: it has certificates of ${registry}`
  return { ...place, severity: 'note', consequence, cure }
}

function serverOf(registry: string): string {
  return registry === 'docker.io' ? DOCKER_HUB : `https://${registry}`
}
