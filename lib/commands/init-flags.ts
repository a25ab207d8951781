/** The flags of `init`, as data. */
import { text, toggle, type ValuesOf } from './flag-types.ts'
import { format } from './flags.ts'

export const initFlags = {
  preset: text({ help: 'starter list; --list shows them', default: 'starter', kind: 'preset' }),
  template: text({
    help: 'write this template instead, such as systemd; --list shows them',
    kind: 'template',
  }),
  list: toggle('list the starter lists and the templates'),
  detect: toggle('add the runtimes that this node has to the list'),
  root: text({ help: 'with --detect, look in the tree below this directory', kind: 'directory' }),
  output: text({
    help: 'create this file, or the files of a template in this folder',
    alias: 'o',
    kind: 'file',
  }),
  format,
}

export type InitFlags = ValuesOf<typeof initFlags>
