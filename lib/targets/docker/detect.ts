/** Whether Docker is on a node. */
import { findProgram } from '../find-program.ts'
import type { Detected } from '../target.ts'
import type { View } from '../view.ts'

/** A user has rootless Docker where its unit is (dockerd-rootless-setuptool.sh@v28.5.2). */
export async function detectDocker({
  node,
  user,
}: Pick<View, 'node' | 'user'>): Promise<Detected | undefined> {
  if (user !== undefined) {
    const file = `${user.configHome}/systemd/user/docker.service`
    return (await node.facts(file))?.type === 'file' ? { what: 'rootless Docker', file } : undefined
  }
  const file = await findProgram(node, ['dockerd'])
  return file === undefined ? undefined : { what: 'Docker', file }
}
