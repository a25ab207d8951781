/** Whether containerd is on a node, for pulls of its own. */
import { Failure } from '../../model/errors.ts'
import type { Reader } from '../../system/reader.ts'
import { findProgram } from '../find-program.ts'
import type { Detected } from '../target.ts'
import type { View } from '../view.ts'
import { DEFAULT_CONFIG } from './command-line.ts'

/**
 * Every Docker brings a containerd, and pulls without CRI and its hosts.toml files. So containerd counts
 * - not where its config.toml turns CRI off, as that of Docker's packages does, unless the node has a kubelet, which needs CRI;
 * - beside dockerd only where the node has a client of CRI, nerdctl, or a directory certs.d.
 */
export async function detectContainerd({ node }: Pick<View, 'node'>): Promise<Detected | undefined> {
  const file = await findProgram(node, ['containerd'])
  if (file === undefined) return undefined
  const found = { what: 'containerd', file }
  if ((await findProgram(node, ['kubelet'])) !== undefined) return found
  if (await isCriOff(node)) return undefined
  const hasDocker = (await findProgram(node, ['dockerd'])) !== undefined
  return !hasDocker || (await hasOtherClient(node)) ? found : undefined
}

async function isCriOff(node: Reader): Promise<boolean> {
  const text = await readConfig(node)
  // Most files do not have the key, and TOML is parsed by a package.
  if (!text?.includes('disabled_plugins')) return false
  return (await import('./config/turns-cri-off.ts')).turnsCriOff(text)
}

/** Undefined also where this user cannot read it. */
async function readConfig(node: Reader): Promise<string | undefined> {
  try {
    return (await node.read(DEFAULT_CONFIG))?.toString('utf8')
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

const CLIENT_FILES = ['/etc/crictl.yaml', '/etc/containerd/certs.d']

async function hasOtherClient(node: Reader): Promise<boolean> {
  if ((await findProgram(node, ['crictl', 'nerdctl'])) !== undefined) return true
  const facts = await Promise.all(CLIENT_FILES.map(file => node.facts(file)))
  return facts.some(one => one !== undefined)
}
