/** The command line: exit codes, streams, JSON, and errors. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { commands } from '../lib/commands/index.ts'
import { intentHint } from '../lib/commands/intents.ts'
import { targets } from '../lib/targets/index.ts'
import { needRoot } from './support/namespace.ts'
import { FROM_SOURCE } from './support/program.ts'
import { startRegistry } from './support/registry.ts'
import { type Ran, run } from './support/run.ts'
import { readTree, withDirectory } from './support/tree.ts'

const execute = promisify(execFile)

const VALID =
  'version = 1\n[registries."docker.io"]\nmirrors = ["https://m.example"]\n[targets.containerd]\nversion = "2.1"\n'

/** Runs `use` with a list and an empty node in a directory of their own. */
const withNode = (list: string, use: (flags: string[], directory: string) => Promise<void>) =>
  withDirectory(async directory => {
    const file = path.join(directory, 'mirrors.toml')
    const node = path.join(directory, 'node')
    await fs.writeFile(file, list)
    await fs.mkdir(node)
    await use(['-f', file, '--root', node], directory)
  })

/** A list whose only registry is on loopback, so that nothing outside this machine is probed. */
const loopbackList = (mirror: string, server: string) =>
  `version = 1\n[registries."loop.test"]\nserver = "${server}"\nmirrors = ["${mirror}"]\n[health]\ntimeout = "20s"\n`

describe('exit codes', () => {
  it('0 for help and version', async () => {
    assert.equal((await run(['--help'])).code, 0)
    assert.match((await run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  })

  for (const args of [
    [],
    ['nonsense'],
    ['plan', '--nonsense'],
    ['plan', '--format', 'xml'],
    ['plan', '--target', 'x'],
    ['plan', 'x'],
    ['init', '--preset', 'none'],
  ]) {
    it(`2 for regmirror ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(args)
      assert.equal(code, 2)
      assert.equal(stdout, '')
      assert.match(stderr, /^error: .+\n$/)
    })
  }

  it('names the nearest flag or command, and the help to read', async () => {
    const stderrOf = async (...args: string[]) => (await run(args)).stderr
    assert.equal(
      await stderrOf('plan', '--chek'),
      'error: unknown flag --chek; did you mean --check? see regmirror plan --help\n',
    )
    assert.equal(
      await stderrOf('apply', '--lock-timeut=3s'),
      'error: unknown flag --lock-timeut; did you mean --lock-timeout? see regmirror apply --help\n',
    )
    assert.equal(await stderrOf('plan', '--zzz'), 'error: unknown flag --zzz; see regmirror plan --help\n')
    assert.equal(
      await stderrOf('pln'),
      'error: unknown command pln; did you mean plan? see regmirror --help\n',
    )
    assert.equal(await stderrOf('plan', 'x'), 'error: unexpected argument x; see regmirror plan --help\n')
    assert.equal(
      await stderrOf('plan', '--root'),
      'error: --root requires a value; see regmirror plan --help\n',
    )
    assert.match(await stderrOf(), /; see regmirror --help\n$/)
  })

  it('names the unknown command where words follow it', async () => {
    for (const [typed, problem] of [
      [
        'prob https://a.test https://b.test',
        'unknown command prob; did you mean probe? see regmirror --help',
      ],
      [
        'prob -f mirrors.toml https://a.test',
        'unknown command prob; did you mean probe? see regmirror --help',
      ],
      ['-f mirrors.toml foo bar', 'unknown command foo; see regmirror --help'],
      ['verify mirrors.toml', 'unknown command verify; use regmirror validate'],
      ['help probe', 'unknown command help; use regmirror probe --help'],
      ['mirrors.toml plan', 'unknown command mirrors.toml; use regmirror plan -f mirrors.toml'],
      ['https://a.test', 'unknown command https://a.test; use regmirror probe https://a.test'],
      ['https://a.test https://b.test', 'unknown command https://a.test; use regmirror probe https://a.test'],
      ['-- plan', 'no command is given; see regmirror plan --help'],
    ] as const) {
      const { code, stderr, stdout } = await run(typed.split(' '))
      assert.deepEqual([code, stderr, stdout], [2, `error: ${problem}\n`, ''], typed)
    }
  })

  it('shows help that fits the terminal, with what each flag takes and whole examples', async () => {
    for (const columns of [60, 80, 100, 120])
      for (const { name, examples } of commands) {
        const lines = (await run([name, '--help'], {}, { columns })).stdout.split('\n')
        assert.deepEqual(
          lines.filter(line => line.length > columns || /\[(array|boolean|number|string)\]/.test(line)),
          [],
          `${name} at ${columns}`,
        )
        for (const [typed] of columns < 80 ? [] : examples)
          assert.ok(
            lines.some(line => line.startsWith(`  regmirror ${name} ${typed}`.trimEnd())),
            typed,
          )
      }
  })

  it('shows the flags of a probe without a list, and those of a list, under a title of their own', async () => {
    for (const columns of [60, 80, 120]) {
      const { stdout } = await run(['probe', '--help'], {}, { columns })
      const titles = ['Without a list (URLs or --preset):', 'With a list:', 'Options:', 'Examples:']
      const parts = titles.map(title => stdout.split(`\n${title}\n`)[1]?.split('\n\n')[0] ?? '')
      const [url = '', list = '', options = ''] = parts.map(part =>
        part.match(/--[a-z-]+(?= |$)/gm)?.join(' '),
      )
      assert.match(url, /^--preset --registry .* --timeout$/)
      assert.match(list, /^--file --list-format --allow-files-from --root$/)
      assert.match(options, /--depth .*--help --version$/)
      assert.match(stdout, /^ +--ca FILE\s+trust the certificates in this PEM file/m)
      assert.doesNotMatch(stdout, /with URLs, /)
    }
  })

  it('says which command probes where --no-probe is no flag', async () => {
    const { code, stderr } = await run(['plan', '--no-probe'])
    assert.equal(code, 2)
    assert.match(stderr, /^error: unknown flag --no-probe; remove it: .*only apply probes/)
    assert.match((await run(['validate', '--no-rank'])).stderr, /^error: unknown flag --no-rank; /)
  })

  it('names what to use instead of a word of another tool', async () => {
    const cases: readonly (readonly [typed: string, hint: string])[] = [
      ['-v', 'use --version'],
      ['plan -v', 'use --version'],
      ['undo', 'use regmirror restore'],
      ['check', 'use regmirror plan --check'],
      ['status', 'use regmirror plan for the node, or regmirror probe for the mirrors'],
      ['sync', 'use regmirror apply'],
      ['daemon', 'use regmirror watch'],
      ['lint', 'use regmirror validate'],
      ['apply --dry-run', 'use regmirror plan'],
      ['--dry-run apply', 'use regmirror plan'],
      ['--check plan', 'use regmirror plan --check'],
      ['diff -f mirrors.toml', 'use regmirror plan'],
      ['restore --dry-run', 'use regmirror restore --check'],
      ['apply --force', 'use --take-over for files that another program manages'],
      ['restore --force', 'use --overwrite for files that were changed outside regmirror'],
      ['plan --config x.toml', 'use -f FILE'],
      ['probe --json', 'use --format json'],
      ['apply -q', 'remove it; 2>/dev/null hides the notices'],
      ['apply --yes', 'remove it: no command requires a confirmation'],
      ['plan mirrors.toml', 'use -f mirrors.toml'],
      ['mirrors.yaml', 'use regmirror plan -f mirrors.yaml'],
      ['init mirrors.toml', 'use -o FILE'],
      ['restore mirrors.toml', 'remove it: restore requires no list'],
    ]
    for (const [typed, hint] of cases) {
      const { code, stderr } = await run(typed.split(' '))
      assert.deepEqual([code, stderr.split('; ').slice(1).join('; ')], [2, `${hint}\n`], typed)
    }
  })

  it('names no command or flag that does not exist', async () => {
    const help = await Promise.all(commands.map(({ name }) => run([name, '--help'])))
    const flags = [
      ...help
        .map(({ stdout }) => stdout)
        .join()
        .matchAll(/--?[a-z][a-z-]*/g),
    ].map(([flag]) => flag)
    const words = [
      'undo',
      'check',
      'status',
      'diff',
      'test',
      'lint',
      'sync',
      'run',
      'daemon',
      'new',
      '-n',
      '-v',
    ]
    for (const word of [...words, '--json', '-q', '--yes', '--force', '-c', '--port', '--undo', '--watch'])
      for (const command of [undefined, ...commands.map(({ name }) => name)]) {
        const hint = intentHint(word, command) ?? assert.fail(word)
        for (const [, verb] of hint.matchAll(/regmirror (\w+)/g))
          assert.ok(
            commands.some(({ name }) => name === verb),
            hint,
          )
        for (const [flag] of hint.matchAll(/--?[a-z][a-z-]*/g)) assert.ok(flags.includes(flag), hint)
      }
  })

  it('says that the file of -f does not exist, whatever its extension', async () => {
    for (const file of ['/nonexist', '/nonexist.toml'])
      assert.match(
        (await run(['plan', '-f', file])).stderr,
        /^error: \/nonexist(\.toml)?: does not exist; check -f; without -f, regmirror reads \/etc\/regmirror\/mirrors/,
      )
  })

  it('says what --root does not do, and what --format of watch is for', async () => {
    const { stdout } = await run(['watch', '--help'], {}, { columns: 200 })
    assert.match(
      stdout,
      /--root DIRECTORY +use the tree below this directory as \/, and do not run containerd$/m,
    )
    assert.match(
      stdout,
      /--format VALUE +format of the error that ends watch; a json log has it as its last event:\s/,
    )
  })

  it('lists the choices of a flag in the help and in the error', async () => {
    const choices = 'text, json or prometheus'
    const help = (await run(['probe', '--help'])).stdout
    assert.ok(help.includes(`output format: ${choices} (default: text)`), help)
    const unsupported = '--format xml is unknown; use'
    assert.equal((await run(['probe', '--format', 'xml'])).stderr, `error: ${unsupported} ${choices}\n`)
    assert.equal((await run(['plan', '--format', 'xml'])).stderr, `error: ${unsupported} text or json\n`)
  })

  it('knows the runtimes of its table, and no other', () =>
    withNode(VALID.replace('targets.containerd', 'targets.other'), async flags => {
      const table = async () => ({ other: targets.containerd })
      const planFor = (target: string) => run(['plan', '--target', target, ...flags], {}, {}, table)
      assert.match((await planFor('other')).stdout, /^create /)
      const { code, stderr } = await planFor('containerd')
      assert.deepEqual([code, stderr], [2, 'error: --target containerd is unknown; use other\n'])
    }))

  it('plan: 0 with or without changes; with --check 1 while there are changes', () =>
    withNode(VALID, async flags => {
      assert.equal((await run(['plan', ...flags])).code, 0)
      assert.equal((await run(['plan', '--check', ...flags])).code, 1)
      assert.equal((await run(['apply', ...flags])).code, 0)
      assert.equal((await run(['plan', '--check', ...flags])).code, 0)
    }))

  it('validate: 0 with notices, with --strict 1', () =>
    withNode(VALID.replace('https://m', 'http://m'), async ([, file = '']) => {
      assert.equal((await run(['validate', '-f', file])).code, 0)
      assert.equal((await run(['validate', '--strict', '-f', file])).code, 1)
    }))

  it('probe: 0 while every registry has a healthy endpoint, otherwise 1', async () => {
    const registry = await startRegistry()
    const broken = await startRegistry({ behaviour: 'broken' })
    try {
      await withNode(loopbackList(broken.url, registry.url), async ([, file = '']) => {
        assert.equal((await run(['probe', '-f', file])).code, 0)
      })
      await withNode(loopbackList(broken.url, broken.url), async ([, file = '']) => {
        assert.equal((await run(['probe', '-f', file])).code, 1)
      })
    } finally {
      await registry.close()
      await broken.close()
    }
  })

  it('apply: 0 although a mirror is unhealthy, and shows it', async () => {
    const broken = await startRegistry({ behaviour: 'broken' })
    try {
      await withNode(loopbackList(broken.url, broken.url), async flags => {
        const { code, stdout } = await run(['apply', '--probe', ...flags])
        assert.equal(code, 0)
        assert.match(stdout, /server_error|unhealthy/)
      })
    } finally {
      await broken.close()
    }
  })
})

describe('streams', () => {
  it('prints the result to stdout, notices to stderr', () =>
    withNode(VALID.replace('https://m', 'http://m'), async flags => {
      const { stdout, stderr } = await run(['plan', ...flags])
      assert.match(stdout, /^create /)
      assert.match(stderr, /^notice: /)
      assert.doesNotMatch(stdout, /notice:/)
    }))

  const PLACES: Readonly<Record<string, string>> = {
    'a file': '"$@" >out 2>&1; cat out',
    'a pipe': '"$@" 2>&1 | cat',
    'a terminal': 'script -qec "$(printf "\'%s\' " "$@")" /dev/null </dev/null | tr -d "\\r"',
  }

  it('notices come before the result where both go to one place', () =>
    withNode(VALID.replace('https://m', 'http://m'), async (flags, directory) => {
      const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' }
      const texts = Object.entries(PLACES).map(async ([place, script]) => {
        const args = ['-c', script, 'sh', ...FROM_SOURCE, 'plan', ...flags]
        const { stdout } = await execute('sh', args, { cwd: directory, env })
        return [place, stdout] as const
      })
      for (const [place, text] of await Promise.all(texts)) {
        const kinds = text.split('\n').flatMap(line => /^(notice|create|\d to create)/.exec(line)?.[1] ?? [])
        assert.equal(kinds[0], 'notice', `${place}: ${text}`)
        assert.ok(kinds.lastIndexOf('notice') < kinds.indexOf('create'), `${place}: ${text}`)
      }
    }))

  it('colours are for terminals, and NO_COLOR has priority', () =>
    withNode(VALID, async flags => {
      const plan = async (isTTY: boolean, env: Record<string, string>) => {
        let text = ''
        await run(['plan', ...flags], { env, stdout: { isTTY, columns: 80, write: part => (text += part) } })
        return text.includes('\u001b[')
      }
      assert.deepEqual(
        [
          await plan(true, {}),
          await plan(false, {}),
          await plan(true, { NO_COLOR: '1' }),
          await plan(false, { FORCE_COLOR: '1' }),
          await plan(true, { TERM: 'dumb' }),
        ],
        [true, false, false, true, false],
      )
    }))

  it('escapes control characters of a file on the node', () =>
    withNode(VALID, async (flags, directory) => {
      const file = path.join(directory, 'node/etc/containerd/certs.d/docker.io/hosts.toml')
      await fs.mkdir(path.dirname(file), { recursive: true })
      await fs.writeFile(file, '# \u001b]0;owned\u0007\n')
      const { stdout } = await run(['plan', ...flags])
      assert.ok(stdout.includes('\\u001b]0;owned\\u0007'))
    }))
})

describe('JSON', () => {
  const schema = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../templates/report.schema.json'), 'utf8'),
  )
  // The published schema lets reports grow; here every key that is printed must be described.
  const closed = JSON.parse(JSON.stringify(schema), (_, value) =>
    value?.type === 'object' && value.properties && !value.oneOf
      ? { ...value, additionalProperties: false }
      : value,
  )
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(closed)
  const assertReport = (ran: Ran, kind: string) => {
    const report = JSON.parse(ran.stdout)
    assert.equal(report.kind, kind)
    assert.ok(validate(report), JSON.stringify(validate.errors))
    assert.equal(ran.stderr, '')
  }
  const json = (...args: string[]) => run([...args, '--format', 'json'])

  it('is one document that its schema describes, for every command', async () => {
    const registry = await startRegistry()
    try {
      await withNode(loopbackList('http://127.0.0.1:1', registry.url), async flags => {
        assertReport(await json('plan', ...flags), 'plan')
        assertReport(await json('apply', '--probe', ...flags), 'apply')
        assertReport(await json('probe', ...flags.slice(0, 2)), 'probe')
        assertReport(await json('explain', 'busybox', ...flags), 'explain')
        assertReport(await json('explain', 'quay.io/app:v1', '--probe', ...flags), 'explain')
        assertReport(await json('validate', ...flags.slice(0, 2)), 'validate')
        assertReport(await json('doctor', ...flags), 'doctor')
        assertReport(await json('init'), 'init')
        assertReport(await json('init', '--list'), 'catalog')
        assertReport(await json('init', '--template', 'report.schema.json'), 'template')
        assertReport(await json('probe', registry.url, '--depth', 'ping'), 'probe')
      })
    } finally {
      await registry.close()
    }
  })

  it('is the form of errors too', () =>
    withNode('version = 1\nregistrys = 3\n', async flags => {
      const invalid = await json('plan', ...flags)
      assert.equal(invalid.code, 2)
      assertReport(invalid, 'error')
      const { code, issues } = JSON.parse(invalid.stdout)
      assert.equal(code, 'invalid_list')
      assert.equal(issues[0].line, 2)
      assertReport(await json('plan', '--nonsense'), 'error')
      assertReport(await run(['plan', '--format=json', '-f', '/nowhere.toml']), 'error')
    }))
})

describe('init', () => {
  it('writes the file that -o names, and never overwrites one', () =>
    withDirectory(async directory => {
      const file = path.join(directory, 'regmirror/mirrors.toml')
      const first = await run(['init', '-o', file])
      assert.equal(first.code, 0)
      assert.match(first.stderr, /regmirror validate -f /)
      const tree = await readTree(directory)
      const second = await run(['init', '-o', file])
      assert.equal(second.code, 2)
      assert.match(second.stderr, /already exists/)
      assert.deepEqual(await readTree(directory), tree)
    }))
})

describe('init as root, in a place that another user can write', () => {
  const USER = 1000
  /** A directory of root with `victim`, and `shared` in it with that owner and mode, where the user links `name` to `to`. */
  const withLink = (
    owner: number,
    mode: number,
    name: string,
    to: string,
    use: (home: string) => Promise<void>,
  ) =>
    withDirectory(async home => {
      await fs.mkdir(path.join(home, 'victim'))
      await fs.mkdir(path.join(home, 'shared'))
      await fs.symlink(path.join(home, to), path.join(home, 'shared', name))
      await fs.lchown(path.join(home, 'shared', name), USER, USER)
      await fs.chown(path.join(home, 'shared'), owner, owner)
      await fs.chmod(path.join(home, 'shared'), mode)
      await use(home)
    })
  before(function () {
    needRoot(this)
  })

  const refused: [
    title: string,
    owner: number,
    mode: number,
    name: string,
    to: string,
    file: string,
    message: RegExp,
  ][] = [
    [
      'a directory of another user',
      USER,
      0o755,
      'x',
      'victim',
      'n.toml',
      /shared: is owned by uid 1000, not by root; choose /,
    ],
    [
      'a link to nothing, of another user',
      USER,
      0o1777,
      'n.toml',
      'victim/new',
      'n.toml',
      /is owned by uid 1000/,
    ],
    [
      'a link to nothing, in a sticky directory',
      0,
      0o1777,
      'n.toml',
      'victim/new',
      'n.toml',
      /already exists/,
    ],
    [
      'a link to a directory',
      0,
      0o1777,
      'd',
      'victim',
      'd/n.toml',
      /the link \S+ is owned by uid 1000|d: is owned by uid 1000/,
    ],
    [
      'a link on the way to a missing directory',
      0,
      0o1777,
      'd',
      'victim',
      'd/a/b/n.toml',
      /the link \S+\/d is owned by uid 1000/,
    ],
    [
      'a directory that all can write',
      0,
      0o777,
      'x',
      'victim',
      'n.toml',
      /other users can write .* \(mode 0777\)/,
    ],
  ]
  for (const [title, owner, mode, name, to, file, message] of refused)
    it(`refuses ${title}, and creates nothing`, () =>
      withLink(owner, mode, name, to, async home => {
        const tree = await readTree(home)
        const { code, stderr } = await run(['init', '-o', path.join(home, 'shared', file)], { uid: 0 })
        assert.equal(code, 2)
        assert.match(stderr, message)
        assert.deepEqual(await readTree(home), tree)
      }))

  it('creates a list in a sticky directory of root, with missing directories', () =>
    withLink(0, 0o1777, 'x', 'victim', async home => {
      const file = path.join(home, 'shared/a/b/n.toml')
      assert.equal((await run(['init', '-o', file], { uid: 0 })).code, 0)
      assert.equal((await fs.stat(file)).mode & 0o7777, 0o644)
      assert.equal((await fs.stat(path.dirname(file))).mode & 0o7777, 0o755)
    }))

  it('does not follow a link in place of the file for other users either', () =>
    withLink(0, 0o755, 'n.toml', 'victim/new', async home => {
      const { code, stderr } = await run(['init', '-o', path.join(home, 'shared/n.toml')], { uid: USER })
      assert.equal(code, 2)
      assert.match(stderr, /n\.toml: already exists; choose another name/)
      assert.deepEqual(await fs.readdir(path.join(home, 'victim')), [])
    }))
})

describe('a list on standard input', () => {
  it('is read up to the size limit of a list, and no further', async () => {
    const [LIMIT, piece] = [64 * 1024 * 1024, Buffer.alloc(65536, '#')]
    const [program, ...args] = [...FROM_SOURCE, 'validate', '-f', '-', '--list-format', 'toml'] as const
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] })
    const ended = once(child, 'exit')
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    let broken = false
    child.stdin.on('error', () => {
      broken = true
    })
    let written = 0
    const write = () =>
      new Promise<boolean>(done =>
        child.stdin.write(piece, error => done(error === null || error === undefined)),
      )
    while (!broken && written < LIMIT && (await write())) written += piece.length
    child.stdin.end()
    assert.equal((await ended)[0], 2)
    assert.ok(written < 20 * 1024 * 1024, `it took ${written} bytes`)
    assert.match(stderr, /^error: stdin: is larger than 16 MiB, the limit of a list; /)
  })

  it('is read with -f - and its format', () =>
    withNode(VALID, async ([, , ...root]) => {
      const stdin = async () => Buffer.from(VALID)
      assert.equal((await run(['plan', '-f', '-', '--list-format', 'toml', ...root], { stdin })).code, 0)
      const unnamed = await run(['plan', '-f', '-', ...root], { stdin })
      assert.equal(unnamed.code, 2)
      assert.match(unnamed.stderr, /--list-format/)
    }))
})

describe('bad input', () => {
  const cases: [title: string, list: string | Buffer, message: RegExp][] = [
    ['an empty list', '', /mirrors\.toml/],
    ['another version', 'version = 2\n', /mirrors\.toml:1:11: version must be 1/],
    ['10 MB of junk', Buffer.alloc(10 * 1024 * 1024, 'x'), /mirrors\.toml/],
    ['invalid UTF-8', Buffer.from([0x76, 0xff, 0xfe]), /UTF-8/],
    ['a byte order mark', `\ufeff${VALID}`, /byte order mark/],
    ['NUL bytes', Buffer.alloc(64), /mirrors\.toml/],
  ]
  for (const [title, list, message] of cases) {
    it(`${title}: one error, exit 2, nothing written`, () =>
      withNode('', async (flags, directory) => {
        await fs.writeFile(path.join(directory, 'mirrors.toml'), list)
        const before = await readTree(directory)
        for (const command of ['plan', 'apply']) {
          const { code, stdout, stderr } = await run([command, ...flags])
          assert.equal(code, 2)
          assert.equal(stdout, '')
          assert.match(stderr, message)
          assert.match(stderr, /^error: [^\n]+\n$/)
          assert.doesNotMatch(stderr, /\bat .*:\d+:\d+|this is a bug/)
        }
        assert.deepEqual(await readTree(directory), before)
      }))
  }

  it('a list that is a directory, or does not exist', () =>
    withNode('', async ([, , ...root], directory) => {
      for (const file of [directory, path.join(directory, 'gone.toml')]) {
        const { code, stderr } = await run(['plan', '-f', file, ...root])
        assert.equal(code, 2)
        assert.match(stderr, /^error: [^\n]+\n$/)
      }
    }))

  it('a root that does not exist', () =>
    withNode(VALID, async ([f = '', file = '']) => {
      const { code, stderr } = await run(['plan', f, file, '--root', '/nowhere/at/all'])
      assert.equal(code, 2)
      assert.match(stderr, /--root \/nowhere\/at\/all is not a directory/)
    }))
})
