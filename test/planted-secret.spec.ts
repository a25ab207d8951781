/**
 * Secrets are planted in every input, every command is run, and all output is searched: both streams, and the node. Only
 * originals and the files that need a secret may hold one, and only root can read those.
 */
import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatHostsToml } from '../lib/targets/hosts-toml/format-hosts-toml.ts'
import { type Echo, startEcho, WAYS } from './support/echo.ts'
import { findLeaks, type Secret, secret, secretKey } from './support/leaks.ts'
import {
  BASIC_HEADER,
  ENV,
  FILE,
  fixture,
  HEADER,
  INLINE,
  KEY,
  PROXY,
  ROTATED,
  PASSWORD as SERVER_PASSWORD,
  TOKEN,
} from './support/mirror-secrets.ts'
import { takeSnapshot } from './support/node-snapshot.ts'
import { kill, spawnCli, startHolder } from './support/process.ts'
import type { Ran } from './support/run.ts'
import {
  assertNoLeaks,
  assertSecretsPrivate,
  type OutputStyle,
  type SecretNode,
  STYLES,
  TEXT,
  withSecretNode,
} from './support/secret-node.ts'
import { type Tree, writeTree } from './support/tree.ts'
import { startContainerdLike, writeWaitingProgram } from './support/waiting-program.ts'

const KILLING = fileURLToPath(import.meta.resolve('./support/kill-before-call.cjs'))
const STATE = 'var/lib/regmirror'
const CONFIG = 'etc/containerd/config.toml'
const CERTS = 'etc/containerd/certs.d'
const ADOPTED = `${CERTS}/adopted.test/hosts.toml`

const OTHER_KEY = secretKey('the key beside a CA', fixture('other-key.pem'))
const SECURE_PROXY = secret('the password of the proxy for https')
const DAEMON_PROXY = secret('the password of the proxy of the daemon')
const THEIRS = secret('the header of another program')
const DRIFTED = secret('the later header of another program')
const PASSWORD = secret('the password in config.toml')
const DAMAGED = secret('a damaged file')
const ALL = [
  ...[KEY, OTHER_KEY, FILE, ROTATED, ENV, INLINE, TOKEN, PROXY, SECURE_PROXY, DAEMON_PROXY],
  ...[THEIRS, DRIFTED, PASSWORD, SERVER_PASSWORD],
]

const theirHosts = ({ text }: Secret) =>
  `# mine\n[host."https://t.test"]\n  [host."https://t.test".header]\n    X-Key = ${JSON.stringify(text)}\n`

const THEIR_CONFIG = `version = 2
[plugins."io.containerd.grpc.v1.cri".registry.configs."r.test".auth]
  password = ${JSON.stringify(PASSWORD.text)}
`

const BESIDE: Tree = {
  'mirror.token': `Bearer ${FILE.text}\n`,
  'server.password': `${SERVER_PASSWORD.text}\n`,
  'client-key.pem': KEY.text,
  'cert-and-key.pem': fixture('client.pem') + KEY.text,
  'ca-and-key.pem': fixture('ca.pem') + OTHER_KEY.text,
}

/** Mirrors that require a token, and mirrors that repeat it. */
const TOKEN_WAYS = WAYS.filter(way => /token|realm|place|well/.test(way))

describe('a planted secret', function () {
  this.timeout(120_000)
  let echo: Echo
  before(async () => {
    echo = await startEcho(TOKEN.text)
  })
  after(() => echo?.[Symbol.asyncDispose]())

  const proxy = ({ text }: Secret) => `http://user:${encodeURIComponent(text)}@127.0.0.1:${echo.port}`
  const environment = () => ({
    MIRROR_KEY: ENV.text,
    HTTP_PROXY: proxy(PROXY),
    HTTPS_PROXY: proxy(SECURE_PROXY),
    REGMIRROR_DEBUG: '1',
  })

  /** Registries with secrets. */
  const registries = () => {
    const server = `server = "${echo.origin}/well/v2"\ncanary = "library/busybox:latest"`
    const table = (name: string, mirrors: readonly string[]) =>
      `[registries."${name}"]\n${server}\nmirrors = [\n${mirrors.map(mirror => `  ${mirror},\n`).join('')}]\n`
    const secure = echo.origin.replace('http:', 'https:')
    const client = 'client = { cert = "cert-and-key.pem", key = "client-key.pem" }'
    return {
      headers: table(
        'headers.test',
        WAYS.map(way => `{ url = "${echo.origin}/${way}/v2", ${HEADER} }`),
      ),
      tokens: table(
        'tokens.test',
        TOKEN_WAYS.map(way => `"${echo.origin}/${way}/v2"`),
      ),
      proxied: table('proxied.test', [
        ...WAYS.map(way => `"http://${way}.proxied.test/${way}/v2"`),
        '"https://secure.proxied.test"',
      ]),
      keys: table('keys.test', [`{ url = "${secure}/well/v2", ca = "ca-and-key.pem", ${client} }`]),
      adopted: table('adopted.test', [`"${echo.origin}/well/v2"`]),
      servers: `[registries."servers.test"]\nserver = { url = "${echo.origin}/well/v2", ${BASIC_HEADER} }\n`,
      left: table('left.test', [`{ url = "${echo.origin}/well/v2", ${HEADER} }`]),
    }
  }
  const listOf = (...tables: readonly string[]) =>
    `version = 1\n${tables.join('')}[health]\ntimeout = "2s"\n[targets.containerd]\nversion = "1.7"\n`

  /** A node with files of another program, and a list with secrets that is not applied yet. */
  const onNode = (
    list: string,
    use: (place: SecretNode, from: readonly string[]) => Promise<void>,
    style: OutputStyle = TEXT,
  ) => {
    const node = { [ADOPTED]: theirHosts(THEIRS), [CONFIG]: THEIR_CONFIG }
    const lists = { ...BESIDE, 'mirrors.toml': list }
    const field = { node, lists, secrets: ALL, env: environment(), open: [ADOPTED, CONFIG], style }
    return withSecretNode(field, place => use(place, ['-f', path.join(place.lists, 'mirrors.toml')]))
  }

  it('is found in every form', () => {
    const one = secret('any')
    const [word = ''] = one.words
    const forms = [
      word.toUpperCase(),
      `x${word}x`,
      ...['', 'u', 'us', 'user:'].map(before => Buffer.from(before + one.text).toString('base64')),
      Buffer.from(`x${word}x`).toString('base64url'),
      encodeURIComponent(`?${one.text}`),
      JSON.stringify(one.text),
      Buffer.from(word, 'utf16le').toString('utf8'),
      [...word].join('\\u0000'),
      [...word].join('\u001b[2m'),
      `${word.slice(0, 6)}\n   ${word.slice(6)}`,
    ]
    for (const form of forms)
      assert.deepEqual(findLeaks(`before ${form} after`, [one, FILE]), [one.name], form)
    assert.deepEqual(findLeaks(secret('another').text, [one]), [])
    assert.deepEqual(findLeaks(KEY.text.slice(120, 170), [KEY, OTHER_KEY]), [KEY.name])
  })

  for (const [title, style] of Object.entries(STYLES)) {
    it(`is printed by no command, ${title}`, () => {
      const { left, ...others } = registries()
      return onNode(
        listOf(left, ...Object.values(others)),
        async ({ root, lists, runCommand }, from) => {
          const before = await takeSnapshot(root)
          await runCommand(['validate', ...from], 0)
          await runCommand(['validate', '--strict', ...from], 1)
          await runCommand(['plan', '--check', ...from], 1)
          await runCommand(['probe', '--samples', '1', ...from], 0)
          await runCommand(['probe', '--depth', 'manifest', '--samples', '1', ...from], 0)
          await runCommand(['probe', '--depth', 'blob', '--samples', '1', ...from], 1)
          await runCommand(['plan', '--rank', ...from], 0)
          await runCommand(['apply', '--probe', ...from], 0)
          await assertPlanted(root)
          await runCommand(['apply', ...from], 0)

          await fs.writeFile(path.join(root, CERTS, 'headers.test/hosts.toml'), theirHosts(DRIFTED))
          await runCommand(['plan', ...from], 0)
          await runCommand(['restore', '--check'], 2)
          await runCommand(['restore', '--check', '--overwrite'], 1)
          await runCommand(['apply', ...from], 0)

          await writeTree(lists, { 'mirror.token': `Bearer ${ROTATED.text}\n` })
          await runCommand(['plan', ...from], 0)
          await runCommand(['apply', ...from], 0)
          await writeTree(lists, { 'mirrors.toml': listOf(...Object.values(others)) })
          await runCommand(['plan', ...from], 0)
          await runCommand(['apply', ...from], 0)

          await runCommand(['restore', '--check'], 1)
          await runCommand(['restore'], 0)
          const after = await takeSnapshot(root)
          for (const file of [ADOPTED, CONFIG]) assert.deepEqual(after[`/${file}`], before[`/${file}`])
        },
        style,
      )
    })
  }

  it('is not quoted from a mirror that repeats its header or its token, without a proxy', () => {
    const { headers, tokens } = registries()
    return onNode(
      listOf(headers, tokens),
      async ({ runCommand }, from) => {
        const env = { MIRROR_KEY: ENV.text }
        for (const depth of ['ping', 'manifest'])
          await runCommand(['probe', '--depth', depth, '--samples', '1', ...from], 0, { env })
      },
      STYLES['as JSON'],
    )
  })

  describe('is not quoted from a mirror that got it through another registry', () => {
    const bare = (origin: string) => {
      const urls = WAYS.map(way => `"${origin}/${way}/v2"`).join(', ')
      const server = `server = "${origin}/with-a-strange-realm/v2"\ncanary = "a/b:1"\n`
      return `[registries."bare.test"]\n${server}mirrors = [${urls}]\n`
    }
    /** The output at every depth. */
    const saidOf = async (header: string, env: Readonly<Record<string, string>> = {}) => {
      await using knows = await startEcho(TOKEN.text, INLINE.text)
      const list = listOf(bare(knows.origin), other(knows.origin, header))
      const field = {
        node: {},
        lists: { 'mirrors.toml': list },
        secrets: [],
        style: STYLES['as JSON'] as OutputStyle,
      }
      const said: string[] = []
      await withSecretNode(field, async ({ lists, runCommand }) => {
        for (const depth of ['ping', 'manifest']) {
          const args = ['probe', '--depth', depth, '--samples', '1', '-f', path.join(lists, 'mirrors.toml')]
          const { stdout } = await runCommand(args, 0, { env })
          said.push(stdout)
        }
      })
      return said.join('\n')
    }
    const other = (origin: string, header: string) =>
      `[registries."other.test"]\nfallback = false\nmirrors = [{ url = "${origin}/well/v2"${header} }]\n`

    it('but is quoted where no mirror and no proxy has a secret', async () => {
      assert.deepEqual(findLeaks(await saidOf(''), [INLINE]), [INLINE.name])
    })

    it('because a mirror of another registry has a header', async () => {
      const header = `, header = { X-Tok = ${JSON.stringify(INLINE.text)} }`
      assert.deepEqual(findLeaks(await saidOf(header), [INLINE]), [])
    })

    it('because a proxy for other mirrors has a password', async () => {
      const env = { HTTP_PROXY: proxy(PROXY), NO_PROXY: '127.0.0.1' }
      assert.deepEqual(findLeaks(await saidOf('', env), [INLINE]), [])
    })
  })

  it('is not in the metrics for Prometheus', () =>
    onNode(
      listOf(...Object.values(registries())),
      async ({ runCommand }, from) => {
        const { stdout } = await runCommand(['probe', '--depth', 'manifest', '--samples', '1', ...from], 0)
        assert.match(stdout, /^regmirror_up\{registry="headers\.test"/m)
      },
      { args: ['--format', 'prometheus'] },
    ))

  it('was sent where it belongs', () => {
    const heard = echo.heard.join('\n').toLowerCase()
    const basic = ({ text }: Secret, user = 'user') => `Basic ${btoa(`${user}:${text}`)}`
    for (const line of [
      `Authorization: Bearer ${FILE.text}`,
      `Authorization: Bearer ${TOKEN.text}`,
      `Authorization: ${basic(SERVER_PASSWORD, 'robot$r')}`,
      `X-Env: ${ENV.text}`,
      `X-Inline: ${INLINE.text}`,
      `Proxy-Authorization: ${basic(PROXY)}`,
      `Proxy-Authorization: ${basic(SECURE_PROXY)}`,
    ])
      assert.ok(heard.includes(line.toLowerCase()), `${line} was not sent`)
  })

  it('is not printed with an invalid proxy', async () => {
    const [word = ''] = PROXY.words
    const spelled = [`user:a/${word}@p.test`, `${word}/a@p.test`, `:${word}@p.test`, `u:%zz${word}@p.test`]
    for (const HTTP_PROXY of spelled.flatMap(text => [text, `http://${text}`])) {
      const list = listOf('[registries."r.test"]\nmirrors = ["http://m.test"]\nfallback = false\n')
      await onNode(list, async ({ runCommand }, from) => {
        await runCommand(['probe', '--samples', '1', ...from], 1, { env: { HTTP_PROXY } })
      })
    }
  })

  it('is not printed with a hosts.toml that does not read back', () => {
    // JavaScript sorts such keys, so the order does not read back.
    const mirrors = ['2', '1'].map(url => ({ url, keys: {}, header: { A: INLINE.text } }))
    const broken = () => formatHostsToml('# x', { server: { keys: {}, header: {} }, mirrors })
    assert.throws(broken, (error: Error) => findLeaks(`${error.stack}`, [INLINE]).length === 0)
  })

  describe('is not printed where a run fails', () => {
    const { 'as text': text, 'as JSON': json } = STYLES
    const refused = async (
      use: (place: SecretNode, from: readonly string[]) => Promise<void>,
      styles = [text, json],
    ) => {
      const { left, keys, adopted } = registries()
      for (const style of styles) await onNode(listOf(left, keys, adopted), use, style)
    }

    it('because of the command line', () =>
      refused(async ({ runCommand }, from) => {
        const wrong = [
          [],
          ['nonsense'],
          ['plan', '--nonsense', ...from],
          ['plan', '--rank=luck', ...from],
          ['plan', '-f', '/nowhere.toml'],
          ['plan', '--root', '/nowhere', ...from],
          ['plan', ...from, ...from],
          ['probe', '--samples', 'many', ...from],
          ['apply', '--lock-timeout', 'soon', ...from],
          ['restore', '--file', '/etc/passwd'],
          ['init', '--preset', 'none'],
          ['init', '-o', from[1] ?? ''],
          ['validate', '-f', '-'],
        ]
        for (const args of wrong) await runCommand(args, 2)
      }))

    it('because standard input is not a list', () =>
      refused(async ({ runCommand }, from) => {
        const stdin = () => fs.readFile(from[1] ?? '')
        for (const format of ['json', 'yaml'])
          await runCommand(['plan', '-f', '-', '--list-format', format], 2, { stdin })
      }))

    it('because no mirror is healthy', () =>
      refused(async ({ runCommand, lists }, from) => {
        const sick = registries().left.replaceAll('/well/', '/with-500/')
        await writeTree(lists, { 'mirrors.toml': listOf(sick) })
        await runCommand(['apply', '--require-healthy', '--wait', '10ms', ...from], 1)
      }))

    it('because another regmirror writes', () =>
      refused(
        async ({ root, runCommand }, from) => {
          const holder = await startHolder(root)
          try {
            await runCommand(['apply', '--lock-timeout', '0s', ...from], 2)
            await runCommand(['apply', '--lock-timeout', '0s', '--format', 'json', ...from], 2)
            await runCommand(['restore', '--check'], 0)
          } finally {
            await kill(holder, 'SIGKILL')
          }
        },
        [text],
      ))

    it('because a file changes during the run', () =>
      refused(async ({ root, runCommand }, from) => {
        const now = () => {
          appendFileSync(path.join(root, ADOPTED), '# and so on\n')
          return Date.now()
        }
        const { stdout, stderr } = await runCommand(['apply', ...from], 2, { now })
        assert.match(stdout + stderr, /changed while regmirror made the plan/)
      }))

    it('because another program writes that file', () =>
      refused(async ({ root, runCommand }, from) => {
        const text = `# File generated by k3s. DO NOT EDIT.\n${theirHosts(THEIRS)}`
        await fs.writeFile(path.join(root, ADOPTED), text)
        await runCommand(['plan', ...from], 2)
        await runCommand(['plan', '--take-over', ...from], 0)
      }))

    for (const place of [
      `${ADOPTED}/directory`,
      CERTS,
      STATE,
      `${STATE}/state.json`,
      `${STATE}/journal-committing.json`,
    ]) {
      it(`because of a damaged file at ${place}`, () =>
        refused(async ({ root, runCommand }, from) => {
          await fs.rm(path.join(root, CERTS), { recursive: true })
          await writeTree(root, { [place]: `{ "version": ${JSON.stringify(DAMAGED.text)}` })
          for (const one of [STATE, place]) await fs.chmod(path.join(root, one), 0o700).catch(() => {})
          assertNoLeaks(await runCommand(['apply', ...from], 2), [place], [DAMAGED])
        }))
    }

    it('because the disk is full', () =>
      refused(
        async ({ root }, from) => {
          const before = await takeSnapshot(root)
          const limited = ['sh', '-c', 'ulimit -f 1 && exec "$0" "$@"']
          const { code, stderr } = await spawned(['apply', ...from], root, {}, limited)
          assert.deepEqual(
            [code, /would be larger than this process .* allows/.test(stderr)],
            [2, true],
            stderr,
          )
          assert.deepEqual(await takeSnapshot(root), before)
        },
        [text],
      ))

    const moments: [moment: string, leaves: RegExp][] = [
      ['rename 1', /\/\.journal-staging\.json\.regmirror-/],
      ['link 2', /\/\.left\.test\.regmirror-\w+\/hosts\.toml.*\/journal-staging\.json/s],
      ['rename 3', /\/\.state\.json\.regmirror-.*\/journal-committing\.json.*\/originals\/\w/s],
      ['unlink 1', /\/journal-committing\.json.*\/state\.json/s],
    ]
    for (const [moment, leaves] of moments) {
      it(`because it is killed before ${moment}`, () =>
        refused(
          async ({ root, runCommand }, from) => {
            const env = { NODE_OPTIONS: `--require=${KILLING}`, REGMIRROR_TEST_KILL: moment }
            assert.equal((await spawned(['apply', ...from], root, env)).code, null)
            assert.match(Object.keys(await takeSnapshot(root)).join('\n'), leaves)
            await runCommand(['plan', ...from], 0)
            await runCommand(['plan', '--format', 'json', ...from], 0)
            await runCommand(['apply', ...from], 0)
            await assertPlanted(root)
            await runCommand(['restore'], 0)
          },
          [text],
        ))
    }
  })

  /** Runs a command in a process of its own: on the node, or on this machine. */
  async function spawned(
    args: readonly string[],
    root: string | undefined,
    env: NodeJS.ProcessEnv,
    wrapper: readonly string[] = [],
  ): Promise<Ran> {
    const all = [...args, ...(root === undefined ? [] : ['--root', root])]
    const ran = await spawnCli(all, { ...process.env, ...environment(), ...env }, wrapper)
    assertNoLeaks(ran, args, ALL)
    if (root !== undefined) await assertSecretsPrivate(root, ALL, [ADOPTED, CONFIG])
    return ran
  }

  describe('on a machine', () => {
    /** A program instead of containerd: it prints its release, and refuses every config. */
    const containerd = (refusal: string) => `#!/bin/sh
case "$*" in
  --version) echo containerd github.com/containerd/containerd 1.7.24 ;;
  *dump) stat -Lc %a "$2" >>"\${0%/*}/modes"; ${refusal} >&2; exit 1 ;;
  *) read -r _ ;;
esac
`

    /** Commands without a root, on files of this test. */
    const onMachine = (
      refusal: string,
      use: (from: readonly string[], bin: string, config: string) => Promise<void>,
    ) =>
      onNode('', async ({ root, lists }) => {
        const config = path.join(root, CONFIG)
        const targets = `[targets.containerd]\nconfig = "${config}"\nhosts_dir = "${path.join(root, CERTS)}"\n`
        const list = `version = 1\n${registries().proxied}[health]\ntimeout = "2s"\n${targets}`
        await writeTree(lists, {
          'mirrors.toml': list,
          'bin/containerd': containerd(refusal),
          'tmp/': undefined,
        })
        await fs.chmod(path.join(lists, 'bin/containerd'), 0o755)
        await use(['-f', path.join(lists, 'mirrors.toml')], path.join(lists, 'bin'), config)
      })

    const quotes = {
      'as it is written': 'grep "password = " "$2"',
      'as it is meant': String.raw`sed -n 's/\\\(.\)/\1/g; s/^ *password = "\(.*\)"$/bad value \1/p' "$2"`,
    }
    for (const [title, quote] of Object.entries(quotes)) {
      it(`is not printed where containerd quotes it ${title}`, () =>
        onMachine(quote, async (from, bin) => {
          const TMPDIR = path.join(bin, '../tmp')
          const { code, stderr } = await spawned(['plan', ...from], undefined, {
            PATH: `${bin}:${process.env.PATH}`,
            TMPDIR,
          })
          assert.match(stderr, /containerd refuses the new file: .*\*\*\*/)
          assert.equal(code, 2)
          assert.equal(await fs.readFile(path.join(bin, 'modes'), 'utf8'), '600\n')
          assert.deepEqual(await fs.readdir(TMPDIR), [])
        }))
    }

    it('is not printed where the daemon has it in its environment', () =>
      onMachine('true', async (from, bin, config) => {
        const program = path.join(bin, '../daemon/containerd')
        await writeWaitingProgram(program)
        const env = { HTTP_PROXY: proxy(DAEMON_PROXY) }
        const daemon = await startContainerdLike([program, '--config', config], env)
        try {
          await spawned(['probe', '--samples', '1', ...from], undefined, { HTTP_PROXY: '', HTTPS_PROXY: '' })
          const basic = Buffer.from(`user:${DAEMON_PROXY.text}`).toString('base64')
          assert.ok(echo.heard.some(request => request.includes(basic)))
        } finally {
          await daemon.stop()
        }
      }))
  })

  it('is in a closed folder, also where the folder was open', () => {
    const { left, adopted } = registries()
    return onNode(listOf(left, adopted), async ({ root, lists, runCommand }, from) => {
      await runCommand(['apply', ...from], 0)
      await fs.chmod(path.join(root, STATE), 0o755)
      await writeTree(lists, { 'mirrors.toml': listOf(adopted) })
      await runCommand(['apply', ...from], 0)
      assert.equal((await fs.stat(path.join(root, STATE))).mode & 0o7777, 0o700)
    })
  })
})

/** After an apply the files that need a secret have it. */
async function assertPlanted(root: string): Promise<void> {
  const files = Object.entries(await takeSnapshot(root)).filter(([, { type }]) => type === 'file')
  const places: [place: RegExp, secrets: readonly Secret[]][] = [
    [/left\.test\/hosts\.toml$/, [FILE, ENV, INLINE]],
    [/keys\.test\/client-\w+-key\.pem$/, [KEY]],
    [/keys\.test\/client-[0-9a-f]+\.pem$/, [KEY]],
    [/keys\.test\/ca-\w+\.pem$/, [OTHER_KEY]],
    [/originals/, [THEIRS, PASSWORD]],
    [/config\.toml$/, [PASSWORD]],
  ]
  for (const [place, secrets] of places) {
    const texts = files.filter(([name]) => place.test(name)).map(([, { text }]) => text)
    assert.deepEqual(
      findLeaks(texts.join('\n'), secrets),
      secrets.map(({ name }) => name),
      String(place),
    )
  }
}
