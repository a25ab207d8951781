/** Whether a config.toml turns CRI off by its name, whichever release reads it. Pure. */
import { formats } from '../../../formats/index.ts'
import { stringsIn } from '../../../formats/table-values.ts'

/** The short name in files of version 1, the others by the version of the file. */
const CRI = [
  'cri',
  'io.containerd.grpc.v1.cri',
  'io.containerd.cri.v1.images',
  'io.containerd.cri.v1.runtime',
]

/** False for a text that does not parse: what is wrong with it is said where it is used. */
export function turnsCriOff(text: string): boolean {
  return stringsIn(formats.toml.valueAt(text, ['disabled_plugins'])).some(name => CRI.includes(name))
}
