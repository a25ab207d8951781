/**
 * A TOML file directly in certs.d: containerd looks up only directories there (hostPaths, config_unix.go:25-36@v2.3.4). On
 * the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import path from 'node:path'
import type { Rule } from '../../../rule.ts'
import type { ObservedNode } from '../observed-node.ts'

export const fileInCertsD: Rule<ObservedNode> = {
  code: 'file_in_certs_d',
  severity: 'error',
  part: 'hosts',
  title: 'a TOML file lies directly in certs.d, not in the directory of a registry',
  find: ({ looseFiles }) =>
    looseFiles
      .filter(file => file.endsWith('.toml') || isRegistry(path.posix.basename(file)))
      .map(file => ({
        ...{ file, problem: 'the file is not in the directory of a registry' },
        consequence: 'containerd never reads it',
        cure: cureFor(file),
      })),
}

/** `docker.io` as a file. Without the ending of a copy such as `.bak`, a name like this is seldom anything else. */
function isRegistry(name: string): boolean {
  return /^(docker|quay|ghcr|gcr|registry\.k8s|nvcr)\.io$|^_default$/.test(name)
}

/** `quay.io.toml` is for quay.io; `hosts.toml` may be for any registry. */
function cureFor(file: string): string {
  const [root, name] = [path.posix.dirname(file), path.posix.basename(file, '.toml')]
  if (isRegistry(name)) return `move it to ${root}/${name}/hosts.toml`
  return `move it to ${root}/REGISTRY/hosts.toml, where REGISTRY is what image names start with, such as quay.io`
}
