/** docs/troubleshooting.md shows what its commands print on nodes with these symptoms, beside a real containerd. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { wrap } from '../../lib/wording/wrap.ts'
import { type BentMirror, startMirror } from '../support/mirror.ts'
import { runIn } from './support/machine-of-daemon.ts'
import { needRuntime } from './support/runtimes.ts'

const PAGE = path.resolve(import.meta.dirname, '../../docs/troubleshooting.md')
const TLS = path.resolve(import.meta.dirname, '../../fixtures/tls')
const WIDTH = 110

/** The first code block with commands of each part, and the output below it. */
const PART =
  /^## (?<title>.*)\n(?:(?!^## )[\s\S])*?^```sh\n(?<commands>[\s\S]*?)^```\n\n```text\n(?<output>[\s\S]*?)^```$/gm

const CONFIG = `version = 2
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "/etc/containerd/certs.d"
`

interface Mirrors {
  readonly serving: string
  readonly silent: string
  readonly limited: string
  readonly unknown: string
}

interface Symptom {
  readonly config?: string
  /** The hosts of docker.io. */
  readonly hosts: (mirrors: Mirrors) => string
  /** A shell command once containerd runs. */
  readonly later?: string
}

const hostTable = (url: string) => `[host."${url}"]\ncapabilities = ["pull", "resolve"]\n`

const SYMPTOMS: Readonly<Record<string, Symptom>> = {
  'The pull still goes to docker.io': {
    config:
      'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\nsandbox_image = "registry.k8s.io/pause:3.10"\n',
    hosts: ({ serving }) => hostTable(serving),
  },
  'regmirror has written the files, and nothing changed': {
    config: 'version = 2\n',
    hosts: ({ serving }) => hostTable(serving),
    later: 'sleep 1.1; printf %s "$config" >/etc/containerd/config.toml',
  },
  'The pull hangs, or takes minutes': {
    hosts: ({ silent, serving }) => hostTable(silent) + hostTable(serving),
  },
  'x509: certificate signed by unknown authority': { hosts: ({ unknown }) => hostTable(unknown) },
  '404 Not Found, or a web page': { hosts: ({ serving }) => hostTable(`${serving}/v2/hub`) },
  '429 Too Many Requests': { hosts: ({ limited, serving }) => hostTable(limited) + hostTable(serving) },
  'The node is NotReady after a change': {
    config: `${CONFIG}[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\nendpoint = ["https://hub.example.com"]\n`,
    hosts: ({ serving }) => hostTable(serving),
  },
}

describe('the page on troubleshooting', function () {
  this.timeout(300_000)
  const parts = [...readFileSync(PAGE, 'utf8').matchAll(PART)].map(({ groups = {} }) => ({
    ...{ title: groups.title ?? '', commands: groups.commands ?? '', output: groups.output ?? '' },
  }))
  const printed = new Map<string, string>()

  before(async function () {
    needRuntime(this, 'containerd-trixie', true)
    await using mirrors = await startMirrors()
    const script = parts.map(part => scriptOf(part, mirrors.urls)).join('')
    const output = mirrors.named(await runIn('trixie', script))
    for (const text of output.split(/^== /m).slice(1)) {
      const [title = '', ...lines] = text.split('\n')
      printed.set(title, lines.join('\n'))
    }
    if (process.env.GOLDEN === 'update') update(printed)
  })

  it('has a node for each symptom', () => {
    assert.deepEqual(
      parts.map(({ title }) => title),
      Object.keys(SYMPTOMS),
    )
  })

  for (const { title, output } of parts)
    it(title, () => assert.equal(comparable(output), comparable(printed.get(title) ?? '')))
})

function scriptOf({ title, commands }: { title: string; commands: string }, mirrors: Mirrors): string {
  const { config = CONFIG, hosts, later = ':' } = SYMPTOMS[title] as Symptom
  return `
mkdir -p /etc/containerd/certs.d/docker.io; : >/mnt/log
config=$(cat <<'EOF'\n${CONFIG}EOF\n)
cat >/etc/containerd/config.toml <<'EOF'\n${config}EOF
cat >/etc/containerd/certs.d/docker.io/hosts.toml <<'EOF'\n${hosts(mirrors)}EOF
sleep 1.1
containerd $own >/mnt/log 2>&1 &
ready /mnt/log; ${later}
echo '== ${title}'
${commands}
kill $!; wait $! 2>/dev/null
`
}

interface Started extends AsyncDisposable {
  readonly urls: Mirrors
  /** The text with the names of a data centre in place of ports of this machine. */
  named(text: string): string
}

async function startMirrors(): Promise<Started> {
  const limit: Parameters<typeof startMirror>[0] = (_, response) => {
    response.writeHead(429, { 'retry-after': '3600' }).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}')
    return true
  }
  const misled: Parameters<typeof startMirror>[0] = ({ url = '' }, response) => {
    if (!url.startsWith('/v2/hub/v2/')) return false
    response.writeHead(404).end()
    return true
  }
  const serving = await startMirror(misled)
  const silent = await startMirror(() => true)
  const limited = await startMirror(limit)
  const unknown = await startTls()
  const all = { serving, silent, limited, unknown }
  const urls = {
    serving: serving.origin,
    silent: silent.origin,
    limited: limited.origin,
    unknown: unknown.origin,
  }
  return {
    urls,
    named: text =>
      Object.values(urls).reduce(
        (named, url, i) => named.replaceAll(new URL(url).host, `10.0.0.1${i + 1}:5000`),
        text.replace(/\bprocess \d+/g, 'process 812'),
      ),
    [Symbol.asyncDispose]: async () => {
      for (const mirror of Object.values(all)) await mirror[Symbol.asyncDispose]()
    },
  }
}

/** With a certificate that the system does not trust. */
async function startTls(): Promise<Pick<BentMirror, 'origin'> & AsyncDisposable> {
  const [cert, key] = await Promise.all(
    ['loopback.pem', 'loopback-key.pem'].map(name => fs.readFile(path.join(TLS, name))),
  )
  const server = https.createServer({ cert, key }, (_, response) => response.end())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}

/** Lines may be wrapped, and times, processes and versions differ. */
function comparable(text: string): string {
  return text
    .replace(/\d+(\.\d+)? (ms|s)\b/g, 'N $2')
    .replace(/containerd \d+\.\d+\.\d+\S*/g, 'containerd N')
    .replace(/^exit \d+\n/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Writes the outputs into the page. */
function update(outputs: ReadonlyMap<string, string>): void {
  const page = readFileSync(PAGE, 'utf8').replace(PART, (part, ...rest) => {
    const { title, output } = rest.at(-1) as Readonly<Record<string, string>>
    const lines = (outputs.get(title ?? '') ?? '')
      .replace(/^exit \d+\n/gm, '')
      .trimEnd()
      .split('\n')
    const wrapped = lines.flatMap(line => {
      const indent = /^ */.exec(line)?.[0] ?? ''
      const isRequest = /^ +(GET|HEAD) /.test(line)
      const [first = '', ...others] = isRequest ? [line.trim()] : wrap(line.trim(), WIDTH - indent.length)
      return [indent + first, ...others.map(other => `${indent}  ${other}`)]
    })
    return `${part.slice(0, -(output ?? '').length - 3)}${wrapped.join('\n')}\n\`\`\``
  })
  writeFileSync(PAGE, page)
}
