/** Plain command lines are read without yargs, with the values that yargs reads. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { AnyCommand } from '../lib/commands/command.ts'
import { readFlags, typedName } from '../lib/commands/flag-types.ts'
import { commands } from '../lib/commands/index.ts'
import { readPlainArguments } from '../lib/commands/plain-arguments.ts'
import { parseWithYargs } from '../lib/commands/yargs-parser.ts'
import { Failure } from '../lib/model/errors.ts'
import { checkProperty } from './support/check-property.ts'
import { worldOf } from './support/run.ts'

const WORDS = [
  'mirrors.toml',
  '-',
  '/etc/a b',
  'json',
  'latency',
  '10s',
  '3',
  '1e3',
  '007',
  '-1',
  '',
  "'x'",
  '"a"',
  'a"b',
  'x=y',
  '--',
  'true',
  'false',
  'é',
  'docs\n',
  'null',
  '0x10',
  '__proto__',
]

/** Arguments around the flags of a command: its own, those of others, spelled in every way. */
function argumentsOf(command: AnyCommand): fc.Arbitrary<readonly string[]> {
  const flags = Object.entries(command.flags)
  const word = fc.constantFrom(...WORDS)
  const flag = fc.constantFrom(...flags).chain(([name, { alias, choices = [] }]) => {
    const usual = fc.constantFrom('x', '3', ...choices)
    const value = fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: word })
    const long = `--${typedName(name)}`
    return fc.oneof(
      fc.constant([long]),
      fc.constant([`--no-${typedName(name)}`]),
      value.map(text => [long, text]),
      value.map(text => [`${long}=${text}`]),
      value.map(text => [`--${name}`, text]),
      ...(alias === undefined
        ? []
        : [value.map(text => [`-${alias}`, text]), value.map(text => [`-${alias}${text}`])]),
    )
  })
  const other = fc.constantFrom(
    ['--help'],
    ['--version'],
    ['-h'],
    ['--nothing'],
    ['-x'],
    ['--constructor', 'x'],
  )
  return fc
    .array(
      fc.oneof(
        { weight: 20, arbitrary: flag },
        { weight: 1, arbitrary: word.map(one => [one]) },
        { weight: 1, arbitrary: other },
      ),
      { maxLength: 4 },
    )
    .map(parts => [command.name, ...parts.flat()])
}

/** What the command would run with, or the error. */
function values({
  command,
  given,
}: {
  command: AnyCommand
  given: Readonly<Record<string, unknown>>
}): unknown {
  try {
    return { name: command.name, values: readFlags(command.flags, given) }
  } catch (error) {
    if (error instanceof Failure) return error.issues
    throw error
  }
}

describe('plain arguments', () => {
  it('are what yargs reads, or are left to it', async () => {
    let plain = 0
    await checkProperty(
      fc.constantFrom(...commands).chain(argumentsOf),
      3000,
      async args => {
        const read = readPlainArguments(args, commands)
        if (read === undefined) return
        plain += 1
        const parsed = await parseWithYargs(args, commands, worldOf())
        assert.ok(typeof parsed !== 'string')
        assert.deepEqual(values(read), values(parsed))
      },
      args => JSON.stringify(args),
    )
    assert.ok(plain > 100, `${plain} of 3000`)
  })

  const PLAIN = [
    'plan',
    'plan -f mirrors.toml',
    'plan -f - --list-format toml',
    'plan --root /mnt --check --format json',
    'apply --file=/etc/regmirror/mirrors.toml --no-probe --target containerd --target docker',
    'probe --samples 5 --format prometheus',
    'watch --listen 127.0.0.1:9464 --on-exit declared',
    'restore --check',
  ]
  for (const line of PLAIN)
    it(`regmirror ${line}`, () => assert.ok(readPlainArguments(line.split(' '), commands)))

  for (const line of [
    '',
    '--help',
    'plan --help',
    'plan --nothing',
    'plam',
    'plan x',
    'plan -f',
    'plan --check --check',
  ])
    it(`yargs reads regmirror ${line}`, () =>
      assert.equal(readPlainArguments(line.split(' ').filter(Boolean), commands), undefined))
})
