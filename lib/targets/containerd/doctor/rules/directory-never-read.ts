/**
 * A directory whose name no pull looks up: images of Docker Hub have the directory `docker.io`, whatever their name
 * (distribution/reference normalize.go:130-178@v0.6.0; hostPaths, config_unix.go:25-36@v2.3.4). On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { hostsViews } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const directoryNeverRead: Rule<ObservedNode> = {
  code: 'directory_never_read',
  severity: 'warning',
  also: { note: 'where the right directory is there too' },
  part: 'hosts',
  title: 'no image name leads to a directory',
  find: observed => {
    const views = hostsViews(observed)
    return views.flatMap(({ directory, root, text }) => {
      const found = MISNAMED.find(({ is }) => is(directory.name))
      if (found === undefined || (text === undefined && directory.entries.length === 0)) return []
      const { problem, only, right } = found
      const name = right?.(directory.name)
      const isThere = views.some(view => view.root === root && view.directory.name === name)
      return [
        {
          file: directory.path,
          ...(isThere && { severity: 'note' as const }),
          problem: problem(directory.name),
          consequence: `containerd ${only ?? 'never reads this directory'}`,
          cure: isThere
            ? `merge it into ${root}/${name}, and remove it`
            : cureFor(directory.path, root, name),
        },
      ]
    })
  },
}

/** What `mkdir -p certs.d/https://quay.io` makes is one level too deep. */
function cureFor(at: string, root: string, name: string | undefined): string {
  if (at.endsWith(':')) return `move what is in it one level up: mv '${at}'/* ${root}/`
  const named = `rename it: mv '${at}' ${root}/${name ?? 'REGISTRY'}`
  return name === undefined ? `${named}, where REGISTRY is what image names start with` : named
}

interface Misnamed {
  is(name: string): boolean
  problem(name: string): string
  /** Where some image names lead to it. */
  readonly only?: string
  /** The name that is meant. */
  right?(name: string): string
}

const MISNAMED: readonly Misnamed[] = [
  {
    is: name => /^(index\.docker\.io|(registry\.)?hub\.docker\.com|(www\.)?docker\.com)$/.test(name),
    problem: name => `images of Docker Hub are looked up in docker.io, not in ${name}`,
    right: () => 'docker.io',
  },
  {
    is: name => name === 'registry-1.docker.io',
    problem: () => 'images of Docker Hub are looked up in docker.io',
    only: 'reads this directory only for image names that start with registry-1.docker.io',
    right: () => 'docker.io',
  },
  {
    is: name => /^(\*|default|_default_|_?defaults)$/i.test(name),
    problem: () => 'the directory for all other registries is named _default',
    right: () => '_default',
  },
  { is: name => /^https?:/i.test(name), problem: () => 'an image name has no scheme' },
  {
    is: name => name !== name.toLowerCase(),
    problem: () => 'its name has capitals, and image names seldom have',
    only: 'reads this directory only for image names in the same spelling',
    right: name => name.toLowerCase(),
  },
  {
    is: name => !/[.:]|^localhost$|^_default$|_\d+_$/.test(name),
    problem: name => `${name} is no registry: the image ${name}/app is docker.io/${name}/app`,
  },
]
