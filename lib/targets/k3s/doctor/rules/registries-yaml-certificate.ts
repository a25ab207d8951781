/** A file of `tls` that is not there: containerd fails every pull through that host (initHostConfig, hosts.toml; getHostConfigs@06ea261c). Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlCertificate: Rule<ObservedK3s> = {
  code: 'registries_yaml_certificate',
  severity: 'error',
  part: 'config',
  title: 'a certificate or key that `registries.yaml` names is not there, or one of a pair is missing',
  find: ({ file, certificates }) =>
    file === undefined
      ? []
      : certificates
          .filter(({ exists }) => !exists)
          .map(({ host, key, path }) => ({
            ...{
              file: file.path,
              ...(file.locateKey(['configs', host, 'tls', key]) ?? file.locateKey(['configs', host, 'tls'])),
              about: [path],
            },
            problem:
              path === ''
                ? `${key} of ${host} is missing beside the other of the pair`
                : `${path} does not exist`,
            consequence: `every pull from a registry with an endpoint at ${host} fails`,
            cure: path === '' ? `set ${key}` : `copy it there, or correct ${key}`,
          })),
}
