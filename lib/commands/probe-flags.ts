/** The flags of `probe`, as data. */
import {
  choice,
  choiceWithDefault,
  duration,
  operands,
  text,
  texts,
  toggle,
  type ValuesOf,
  wholeNumber,
} from './flag-types.ts'
import { DEPTHS, listFlags } from './flags.ts'

/** A probe without a list. */
const urlFlags = {
  url: operands('mirrors to probe without a list, such as https://mirror.example.com'),
  preset: text({ help: 'probe the mirrors of this built-in list, such as china', kind: 'preset' }),
  registry: text({
    help: 'the registry that they mirror',
    default: 'docker.io',
    kind: 'registry',
  }),
  image: text({ help: 'the image to request', default: 'a small public image' }),
  write: text({ help: 'create a list of the mirrors that serve, fastest first', kind: 'file' }),
  ca: texts('trust the certificates in this PEM file', 'file'),
  clientCert: text({ help: 'certificate of the client (PEM)', kind: 'file' }),
  clientKey: text({ help: 'key of the client (PEM)', kind: 'file' }),
  headerFile: texts('send a header with the value in a file: NAME=FILE'),
  skipVerify: toggle('do not verify certificates'),
  timeout: duration({ help: 'how long to wait for a response', default: '3s' }),
}

/** Flags of `probe` that only URLs or `--preset` have, and those that only a list has. */
export const URL_ONLY = [
  ...(['registry', 'image', 'write', 'ca', 'clientCert', 'clientKey', 'headerFile'] as const),
  ...(['skipVerify', 'timeout'] as const),
]
export const LIST_ONLY = ['file', 'listFormat', 'allowFilesFrom', 'root'] as const

export const probeFlags = {
  ...urlFlags,
  ...listFlags,
  depth: choice(DEPTHS, {
    help: 'requests of each probe',
    default: 'depth of the list; blob with URLs',
  }),
  samples: wholeNumber('latency requests per endpoint', [1, 20], 3),
  format: choiceWithDefault(['text', 'json', 'prometheus'], 'output format', 'text'),
}

export type ProbeFlags = ValuesOf<typeof probeFlags>
