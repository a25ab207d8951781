/** What `doctor` knows of the toy runtime: one rule. */
import type { Doctor, Rule } from '../../../lib/targets/rule.ts'
import type { ToySnapshot } from './observe.ts'

const noMirrors: Rule<ToySnapshot> = {
  code: 'toy_without_mirrors',
  severity: 'warning',
  part: 'config',
  title: 'toy has a configuration and no mirrors',
  find: ({ text, mirrors, config, mirrorsDir }) => {
    if (text === undefined || mirrors.size > 0) return []
    const consequence = 'toy pulls from the registries themselves'
    return [
      {
        file: config,
        line: 1,
        problem: 'there are no mirrors',
        consequence,
        cure: `add one in ${mirrorsDir}`,
      },
    ]
  },
}

export const toyDoctor: Doctor<ToySnapshot, ToySnapshot> = {
  observe: async snapshot => ({ observed: snapshot, files: [], blind: [], about: ['toy'] }),
  rules: [noMirrors],
  unlisted: {},
}
