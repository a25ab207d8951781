/** What holds where the list says nothing. */
export const BUILT_IN = {
  capabilities: ['pull', 'resolve'],
  dialTimeout: '2s',
  probeTimeout: '3s',
  config: '/etc/containerd/config.toml',
} as const
