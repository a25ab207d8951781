/** What is known of nerdctl before it is loaded. */
import { findProgram } from '../find-program.ts'
import type { TargetAbout } from '../target.ts'
import { type NerdctlSettings, nerdctlDefaults, nerdctlSettings } from './settings.ts'

export const aboutNerdctl: TargetAbout<NerdctlSettings> = {
  title: 'nerdctl',
  rootless: true,
  settings: nerdctlSettings,
  async detect({ node, user }) {
    const program = await findProgram(node, ['nerdctl'])
    if (program !== undefined) return { what: 'nerdctl', file: program }
    const { config } = nerdctlDefaults(user)
    return (await node.facts(config)) && { what: 'nerdctl', file: config }
  },
}
