/** A shell loop with a heredoc, as in many bootstrap scripts. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Peer } from '../peers.ts'
import { MIRRORS, makeNode, registryNames } from './nodes.ts'

const hosts = Array.from(
  { length: MIRRORS },
  (_, nth) => `[host."https://m${nth}.$registry"]\n  capabilities = ["pull", "resolve"]\n`,
)
const SCRIPT = `set -eu
while read -r registry; do
  mkdir -p "$1/etc/containerd/certs.d/$registry"
  cat >"$1/etc/containerd/certs.d/$registry/hosts.toml" <<EOF
server = "https://$registry"

${hosts.join('\n')}EOF
done <"$2"
`

export const shellLoop: Peer = async (folder, root, registries) => {
  const [script, names] = [path.join(folder, 'loop.sh'), path.join(folder, 'names')]
  await fs.writeFile(script, SCRIPT)
  await fs.writeFile(names, `${registryNames(registries).join('\n')}\n`)
  return { command: ['sh', script, root, names], prepare: () => makeNode(root) }
}
