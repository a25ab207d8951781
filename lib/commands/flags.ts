/** The flags of the commands, as data for the command line. */

/** A flag that takes one text and makes no sense twice. */
const oneText = { type: 'string', requiresArg: true } as const

/** A flag that may be given again and again. */
const manyTexts = { type: 'string', array: true, nargs: 1, default: [] as string[] } as const

/** Which node, and what of it. */
const nodeFlags = {
  root: { ...oneText, describe: 'take the tree below this directory for /, and run nothing' },
  target: { ...manyTexts, choices: ['containerd'], describe: 'only this runtime' },
} as const

/** What of a node is put back. */
const restoreFlags = {
  file: { ...manyTexts, describe: 'only this file of the node' },
  overwrite: {
    type: 'boolean',
    default: false,
    describe: 'also what somebody else has changed since',
  },
  check: { type: 'boolean', default: false, describe: 'only show it; exit 1 if anything would change' },
} as const

/** How mirrors are asked. */
const probeFlags = {
  depth: {
    choices: ['ping', 'manifest', 'blob'],
    describe: 'ask for /v2/ alone (default), for the canary too, or also for a layer of it',
  },
  samples: { type: 'number', default: 3, requiresArg: true, describe: 'exchanges to measure, 1 to 20' },
} as const

/** Asking the mirrors before anything is planned. */
const rankFlag = {
  rank: {
    type: 'string',
    describe:
      'ask the mirrors, and list those first that are clearly better: latency (default) or throughput',
  },
} as const

/** Whether what watch knows of the mirrors counts. */
const declaredFlag = {
  declared: {
    type: 'boolean',
    default: false,
    describe: 'every mirror of the list, also those that watch has found to be down',
  },
} as const

/** Asking them before anything is written. */
const gateFlags = {
  'require-healthy': {
    type: 'boolean',
    default: false,
    describe: 'write nothing and exit 1 unless every registry has something healthy',
  },
  wait: { ...oneText, describe: 'how long to wait for that' },
} as const

/** Which list, and which node. */
const listFlags = {
  file: {
    alias: 'f',
    ...oneText,
    describe: 'the mirror list; - is stdin [/etc/regmirror/mirrors.toml]',
  },
  'list-format': {
    choices: ['toml', 'yaml', 'json'],
    describe: 'of the list, whatever its name says',
  },
  'allow-files-from': {
    ...manyTexts,
    describe: 'another directory that certificates and headers may come from',
  },
  ...nodeFlags,
} as const

const lockTimeout = {
  ...oneText,
  default: '60s',
  describe: 'how long to wait for another regmirror that writes to this node',
} as const

/** For commands that write to the node. */
const writingFlags = { 'lock-timeout': lockTimeout } as const

const keepingFlags = {
  // It tries again, and has mirrors to ask meanwhile.
  'lock-timeout': { ...lockTimeout, default: '5s' },
  listen: {
    ...oneText,
    describe: 'serve a status page, /metrics, /healthz, /readyz and /livez at [HOST:]PORT',
  },
  'log-format': { choices: ['text', 'json'], describe: 'of the log [text on a terminal, else json]' },
  'on-exit': {
    choices: ['keep', 'declared'],
    default: 'keep',
    describe: 'what it leaves: the files as they are, or every mirror of the list',
  },
} as const

const formatFlag = {
  choices: ['text', 'json'],
  default: 'text',
  describe: 'of the answer on stdout',
} as const

const takeOverFlag = {
  'take-over': { type: 'boolean', default: false, describe: 'adopt files that another program writes' },
} as const

const initFlags = {
  preset: {
    type: 'string',
    default: 'starter',
    describe: 'starter, air-gapped, daocloud, harbor or in-cluster',
  },
  output: { alias: 'o', type: 'string', describe: 'create this file instead of printing' },
} as const

/** For commands that plan. */
const planFlags = { ...listFlags, ...rankFlag, ...declaredFlag, ...takeOverFlag } as const

const applyFlags = {
  ...planFlags,
  ...writingFlags,
  ...gateFlags,
  probe: {
    type: 'boolean',
    describe: 'ask the mirrors afterwards; --no-probe and --root do not',
  },
} as const

/** A question whose answer may be no. */
const askFlag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const

/** The flags of each command. */
export const flagsOf = {
  init: { ...initFlags, format: formatFlag },
  validate: { ...listFlags, strict: askFlag('exit 1 if there is any notice'), format: formatFlag },
  plan: { ...planFlags, check: askFlag('exit 1 if anything would change'), format: formatFlag },
  apply: { ...applyFlags, format: formatFlag },
  probe: { ...listFlags, ...probeFlags, format: { ...formatFlag, choices: ['text', 'json', 'prometheus'] } },
  watch: {
    ...listFlags,
    ...keepingFlags,
    ...takeOverFlag,
    format: { ...formatFlag, describe: 'of what goes wrong before it watches; see --log-format' },
  },
  restore: { ...nodeFlags, ...restoreFlags, ...writingFlags, format: formatFlag },
} as const
