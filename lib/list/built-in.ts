/** What holds where the list says nothing. */
export const BUILT_IN = {
  capabilities: ['pull', 'resolve'],
  dialTimeout: '2s',
  interval: '30s',
  probeTimeout: '3s',
  rise: 2,
  fall: 2,
  config: '/etc/containerd/config.toml',
} as const
