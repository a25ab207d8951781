/** Defaults of keys that the list leaves out. */
export const LIST_DEFAULTS = {
  capabilities: ['pull', 'resolve'],
  dialTimeout: '2s',
  interval: '30s',
  probeTimeout: '3s',
  rise: 2,
  fall: 2,
} as const
