/** The flags of `import`, as data. */
import { choice, text, texts, type ValuesOf } from './flag-types.ts'
import { format, nodeFlags } from './flags.ts'

export const importFlags = {
  from: texts(
    'read this file instead of the node, - for stdin; also a script that writes such files',
    'file',
  ),
  fromFormat: choice(
    [
      'hosts.toml',
      'config.toml',
      'registries.yaml',
      'talos',
      'daemon.json',
      'registries.conf',
      'buildkitd.toml',
    ],
    { help: 'kind of these files', default: 'by content' },
  ),
  output: text({
    help: 'create this list, and the certificate and secret files that it names beside it',
    alias: 'o',
    kind: 'file',
  }),
  ...nodeFlags,
  format,
}

export type ImportFlags = ValuesOf<typeof importFlags>
