/**
 * Shows plan, apply and probe on one screen, without root or containerd: the registries are on loopback, the node is a
 * folder.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { buildImage } from '../test/support/image.ts'
import { refusingOrigin, startRegistry } from '../test/support/registry.ts'

const project = path.resolve(import.meta.dirname, '..')
const bold = (text: string) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text
const print = (text: string) => console.log(text)

const NEXT = `${bold('On a real node')}, as root:

  npm run install:global                          # requires Node 22.22 or newer; without it: npm run build:single
  regmirror init -o /etc/regmirror/mirrors.toml   # write a starter list; then name your mirrors in it
  regmirror plan                                  # show what would change
  regmirror apply                                 # apply the list, then probe the mirrors
  systemctl restart containerd                    # once, if apply says so; mirrors change without a restart
`

await import('./build.ts')
const images = [buildImage('library/busybox')]
const registries = {
  healthy: await startRegistry({ images }),
  slow: await startRegistry({ images, behaviour: { slow: 150 } }),
  // Its API has another path, so it responds 404 to every request.
  missing: await startRegistry({ base: '/elsewhere/v2' }),
  server: await startRegistry({ images }),
}
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-quickstart-'))
try {
  process.exitCode = await quickstart()
} finally {
  await fs.rm(folder, { recursive: true, force: true })
  for (const registry of Object.values(registries)) await registry.close()
}

async function quickstart(): Promise<number> {
  await prepare(await refusingOrigin())
  print(
    `\n${bold('1. The list')}: one registry and four mirrors on loopback: healthy, slow, no listener, 404 only.\n`,
  )
  print(await fs.readFile(path.join(folder, 'mirrors.toml'), 'utf8'))
  const steps: [title: string, args: string[], code: number][] = [
    [
      '2. Plan: show what would change on a node (here a folder, removed at the end)',
      ['plan', '-f', 'mirrors.toml', '--root', 'node'],
      0,
    ],
    ['3. Apply the list', ['apply', '-f', 'mirrors.toml', '--root', 'node'], 0],
    ['4. Probe: check mirror health and latency', ['probe', '-f', 'mirrors.toml'], 0],
    ['5. Plan again: no change is left', ['plan', '-f', 'mirrors.toml', '--root', 'node', '--check'], 0],
  ]
  for (const [title, args, code] of steps) {
    print(`${bold(title)}\n$ regmirror ${args.join(' ')}\n`)
    if ((await regmirror(args)) !== code) {
      print('\nThis step failed: please report it with the output above.')
      return 1
    }
    print('')
  }
  print(NEXT)
  return 0
}

/** Writes the list, and a node with the default config.toml of containerd 2.1. */
async function prepare(refusing: string): Promise<void> {
  const config = await fs.readFile(path.join(project, 'fixtures/containerd-default/2.1.9.toml'))
  await fs.mkdir(path.join(folder, 'node/etc/containerd'), { recursive: true })
  await fs.writeFile(path.join(folder, 'node/etc/containerd/config.toml'), config)
  const { healthy, slow, missing, server } = registries
  await fs.writeFile(
    path.join(folder, 'mirrors.toml'),
    `version = 1

[registries."docker.io"]
server = "${server.url}"
mirrors = [
  "${healthy.url}",
  { url = "${slow.url}", capabilities = ["pull"] },
  "${refusing}",
  "${missing.origin}",
]

[targets.containerd]
version = "2.1"
`,
    { mode: 0o644 },
  )
}

/** Runs the built command in the folder. The registries are in this process, so it must not block. */
async function regmirror(args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [path.join(project, 'bin/regmirror.js'), ...args], {
    cwd: folder,
    stdio: 'inherit',
  })
  return await new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', done)
  })
}
