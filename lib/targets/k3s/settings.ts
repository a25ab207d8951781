/** `[targets.k3s]`: the file of k3s or RKE2. Pure. */
import type { Place } from '../../model/registry.ts'
import type { TargetSettings } from '../../model/target-settings.ts'
import { fileProblems, tidyPath } from '../file-setting.ts'
import { K3S, RKE2 } from './distributions.ts'

export interface K3sSettings {
  /** Path of registries.yaml; undefined: that of the k3s or RKE2 on the node. */
  readonly config: string | undefined
  readonly place: Place
}

export const k3sSettings: TargetSettings<K3sSettings> = {
  schema: {
    title: 'a table',
    description: 'The file of k3s or RKE2.',
    type: 'object',
    additionalProperties: false,
    properties: {
      config: {
        title: 'a path',
        description: `The file that --private-registry names: a plain absolute path that ends in .yaml. Default: that of the k3s or RKE2 that runs, else ${RKE2.config} where only RKE2 is installed, else ${K3S.config}.`,
        type: 'string',
        examples: [K3S.config, RKE2.config],
      },
    },
  },
  check: ({ config }, at) =>
    fileProblems(config, [...at, 'config'], { extension: '.yaml', directory: '/etc/rancher/k3s' }),
  resolve: ({ config }, place) => ({ config: tidyPath(config), place }),
}
