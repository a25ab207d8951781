/** Words of other tools that people try, and what regmirror has instead. Pure. */

/** Hints by the words that they are for. */
type Intents = readonly (readonly [words: string, hint: string])[]

const COMMANDS: Intents = [
  ['undo rollback revert uninstall remove reset clean unapply', 'use regmirror restore'],
  ['check', 'use regmirror plan --check'],
  ['diagnose debug why fix repair troubleshoot', 'use regmirror doctor'],
  ['status', 'use regmirror plan for the node, or regmirror probe for the mirrors'],
  ['why trace resolve which route pull endpoints', 'use regmirror explain IMAGE'],
  ['diff show preview drift dry-run', 'use regmirror plan'],
  ['test ping health bench', 'use regmirror probe'],
  ['lint verify', 'use regmirror validate'],
  ['install sync deploy set write update reconcile converge', 'use regmirror apply'],
  ['run', 'use regmirror apply, or regmirror watch to keep the node up to date'],
  ['daemon serve start monitor agent service', 'use regmirror watch'],
  ['adopt convert migrate export read dump from', 'use regmirror import'],
  ['new create generate example', 'use regmirror init'],
  ['help', 'use regmirror --help'],
  ['version', 'use regmirror --version'],
]

const FLAGS: Intents = [
  ['--dry-run --dryrun --noop --no-op --simulate -n --diff', 'use regmirror plan'],
  ['--check', 'use regmirror plan --check'],
  ['-v -V', 'use --version'],
  ['--config --list --mirrors --input --path -c -i', 'use -f FILE'],
  ['--json -j --output -o', 'use --format json'],
  ['--quiet --silent -q -s', 'remove it; 2>/dev/null hides the notices'],
  ['--yes --assume-yes --auto-approve --non-interactive -y', 'remove it: no command requires a confirmation'],
  ['--force', 'use --take-over for files that another program manages'],
  ['--undo --rollback --restore --revert', 'use regmirror restore'],
  ['--watch --daemon -w -d', 'use regmirror watch'],
  ['--no-color --no-colour --color --colour', 'set NO_COLOR=1'],
  ['--sysroot --chroot --prefix', 'use --root DIR'],
  ['--timeout', 'set timeout in [health] of the list'],
  ['--interval', 'set interval in [health] of the list'],
  ['--port --address --metrics -p', 'use regmirror watch --listen [HOST:]PORT'],
]

/** Where a word means something else to one command. */
const OF_COMMAND: Readonly<Record<string, Intents>> = {
  restore: [
    ['--dry-run --dryrun --noop --no-op --simulate -n --diff', 'use regmirror restore --check'],
    ['--force', 'use --overwrite for files that were changed outside regmirror'],
    ['-f --config --list --mirrors -c', 'remove it: restore requires no list'],
  ],
  import: [['-f --file --config --input -c -i', 'use --from FILE for a file, or -o FILE for the new list']],
  init: [['--config --mirrors --file --path -c -f', 'use -o FILE']],
  probe: [
    ['--header -H', 'use --header-file NAME=FILE'],
    ['--insecure -k --insecure-skip-tls-verify', 'use --skip-verify'],
    ['--cacert --ca-file', 'use --ca FILE'],
    ['--cert -E', 'use --client-cert FILE and --client-key FILE'],
    ['--output -o', 'use --write FILE for a list, or --format json'],
  ],
}

/** What to use instead of a command or a flag that regmirror does not have. */
export function intentHint(word: string, command: string | undefined): string | undefined {
  const own = (command !== undefined && OF_COMMAND[command]) || []
  const all = [...own, ...(word.startsWith('-') ? FLAGS : COMMANDS)]
  return all.find(([words]) => words.split(' ').includes(word))?.[1]
}

/** For the path of a list without `-f`, and for the URL of a mirror. */
export function listHint(word: string, command: string | undefined): string | undefined {
  if (/^https?:\/\//.test(word))
    return `use regmirror probe ${word}${command === undefined ? '' : ', or name the mirror in the list'}`
  if (!/(\.(toml|ya?ml|json)|\/[^/]*)$/.test(word)) return undefined
  if (command === undefined) return `use regmirror plan -f ${word}`
  return intentHint('-f', command) ?? `use -f ${word}`
}
