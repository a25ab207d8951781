/** Completions in real shells: bash of this machine, zsh and fish of Debian. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { commands } from '../../lib/commands/index.ts'
import { readPresets } from '../../lib/commands/presets.ts'
import { targets } from '../../lib/targets/index.ts'
import { run } from '../support/run.ts'
import { withDirectory } from '../support/tree.ts'
import { launcher, needRuntime, skip, treeOf } from './support/runtimes.ts'

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await run(['completion', shell])
  assert.equal(code, 0)
  return stdout
}

/** Words before the cursor, and the candidates that bash and fish must offer; the last word is the one to complete. */
const OFFERED: readonly (readonly [typed: string, candidates: readonly string[]])[] = [
  ['regmirror va', ['validate']],
  ['regmirror plan --decl', ['--declared']],
  ['regmirror plan --format js', ['json']],
  ['regmirror probe --format ', ['json', 'prometheus', 'text']],
  ['regmirror init --preset ', []],
  ['regmirror plan --target ', Object.keys(targets).sort()],
  ['regmirror apply --no-', ['--no-probe']],
  ['regmirror plan --strict-', []],
  ['regmirror watch --listen ', []],
  ['regmirror completion z', ['zsh']],
  ['regmirror probe --registry qu', ['quay.io']],
  ['regmirror init --template system', ['systemd', 'systemd-user']],
]

async function expected(typed: string, candidates: readonly string[]): Promise<readonly string[]> {
  return typed.endsWith('--preset ') ? Object.keys(await readPresets()).sort() : candidates
}

describe('completion', function () {
  this.timeout(60_000)

  describe('in bash', () => {
    let script = ''
    before(async function () {
      if (spawnSync('bash', ['--version']).error !== undefined) skip(this, 'bash is missing')
      script = await scriptFor('bash')
    })

    /** The candidates for words, which bash splits at `=`; each line of the result is one. */
    const complete = (words: readonly string[], directory = '/'): readonly string[] => {
      const call = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _regmirror; printf '%s\\n' "\${COMPREPLY[@]}"`
      const bash = ['--norc', '-c', `${script}\n${call}`, 'bash', ...words]
      const printed = execFileSync('bash', bash, { encoding: 'utf8', cwd: directory })
      return printed.split('\n').filter(Boolean).sort()
    }

    for (const [typed, candidates] of OFFERED)
      it(`completes ${typed}`, async () =>
        assert.deepEqual(complete(typed.split(' ')), await expected(typed, candidates)))

    for (const { name } of commands)
      it(`offers the flags that the help of ${name} lists`, async () => {
        const { stdout } = await run([name, '--help'])
        // On by default: completion offers what turns them off.
        const isOn = (flag: string) => ['probe apply', 'reload watch'].includes(`${flag} ${name}`)
        const listed = [...stdout.matchAll(/^ {2,8}(?:-\w, )?--([a-z-]+)/gm)].map(([, flag = '']) => flag)
        const dashed = listed
          .filter(flag => flag !== 'version')
          .map(flag => (isOn(flag) ? `--no-${flag}` : `--${flag}`))
        assert.ok(dashed.length >= 1)
        assert.deepEqual(complete(['regmirror', name, '--']), dashed.sort())
      })

    it('completes a value after =, and after the short flag', () => {
      assert.deepEqual(complete(['regmirror', 'plan', '--format', '=', 't']), ['text'])
      assert.deepEqual(complete(['regmirror', 'plan', '--format', '=']), ['json', 'text'])
      assert.ok(complete(['regmirror', 'plan', '-f', '/et']).includes('/etc'))
    })

    it('offers the value of a flag that may go without one, and the next flag', () => {
      assert.deepEqual(complete(['regmirror', 'plan', '--rank', '']), ['latency', 'throughput'])
      assert.deepEqual(complete(['regmirror', 'plan', '--rank', '--che']), ['--check'])
    })

    it('completes names of files with spaces', () =>
      withDirectory(async directory => {
        await fs.writeFile(path.join(directory, 'my list.toml'), '')
        assert.deepEqual(complete(['regmirror', 'plan', '--file', 'my'], directory), ['my list.toml'])
      }))
  })

  describe('in fish', () => {
    before(function () {
      needRuntime(this, 'fish-trixie', false)
    })

    for (const [typed, candidates] of OFFERED)
      it(`completes ${typed}`, async () => {
        const functions = path.join(treeOf('fish-trixie'), 'usr/share/fish/functions')
        const lines = [
          `set fish_function_path ${functions}`,
          await scriptFor('fish'),
          `complete -C '${typed}'`,
        ]
        const fish = execFileSync(launcher('fish-trixie', 'fish'), ['--no-config', '-c', lines.join('\n')], {
          encoding: 'utf8',
          env: { HOME: '/nonexistent', PATH: process.env.PATH },
        })
        const offered = fish
          .split('\n')
          .filter(Boolean)
          .map(line => line.split('\t')[0] ?? '')
        assert.deepEqual(offered.sort(), await expected(typed, candidates))
      })
  })

  describe('in zsh', () => {
    before(function () {
      needRuntime(this, 'zsh-trixie', false)
    })

    const TYPED: Readonly<Record<string, string>> = {
      'va\t': 'validate',
      'plan --form\tj\t': 'plan --format=json',
      'apply --no-\t': 'apply --no-probe',
      'init --preset har\t': 'init --preset harbor',
      'plan -f /etc/hostn\t': 'plan -f /etc/hostname',
      'plan --rank=lat\t --chec\t': 'plan --rank=latency --check',
      'restore --root /et\t': 'restore --root /etc',
    }

    it('completes what is typed, from a file and from a script that is read', () =>
      withDirectory(async directory => {
        await fs.writeFile(path.join(directory, '_regmirror'), await scriptFor('zsh'))
        for (const load of [
          'compinit -u -D',
          `fpath=(\${fpath:1}); compinit -u -D; source ${directory}/_regmirror`,
        ]) {
          const typed = Object.keys(TYPED).map(keys => `regmirror ${keys}`)
          const args = ['-f', '-c', IN_A_TERMINAL, 'zsh', treeOf('zsh-trixie'), directory, load, ...typed]
          const printed = execFileSync(launcher('zsh-trixie', 'zsh'), args, {
            encoding: 'utf8',
            timeout: 50_000,
          })
          assert.deepEqual(printed.trimEnd().split('\n'), Object.values(TYPED))
        }
      }))
  })
})

/** Types lines into a zsh in a terminal, in which regmirror prints its arguments. $1 its tree, $2 its functions, $3 loads them. */
const IN_A_TERMINAL = `
tree=$1 directory=$2 load=$3
shift 3
module_path=($tree/usr/lib/*/zsh/*(/N))
zmodload zsh/zpty || exit 1
zpty shell $tree/launch/zsh -f -i
directories=($directory $tree/usr/share/zsh/functions/**/*(/))
zpty -w shell "module_path=($module_path); fpath=($directories); autoload -Uz compinit; $load; PS1=; regmirror() { print -r -- \\"<\\$*>\\" }; print READ''Y"
zpty -r shell out '*READY*'
for line; do
  zpty -w -n shell "$line"$'\\n'
  zpty -r shell out '*<*>*'
  print -r -- "\${\${out##*<}%%>*}"
done
zpty -d shell
`
