/**
 * The whole job on one screen, without root, without containerd and without leaving this machine: four loopback
 * registries, a starter list, a node in a folder; then plan, apply, probe, and a plan that finds nothing to do.
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
const say = (text: string) => console.log(text)

const NEXT = `${bold('On a real node')}, as root:

  npm run install:global                          # needs Node 22.22 or newer there
  regmirror init -o /etc/regmirror/mirrors.toml   # then name your mirrors in it
  regmirror plan                                  # look
  regmirror apply                                 # write, then probe
  systemctl restart containerd                    # once, when apply says so; never again for mirrors
`

await import('./build.ts')
const images = [buildImage('library/busybox')]
const registries = {
  healthy: await startRegistry({ images }),
  slow: await startRegistry({ images, behaviour: { slow: 150 } }),
  // Its API lies elsewhere, so that everything asked of it is not found.
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
  say(
    `\n${bold('1. The list')}: one registry, four mirrors (healthy, slow, refusing, 404 only), all on loopback.\n`,
  )
  say(await fs.readFile(path.join(folder, 'mirrors.toml'), 'utf8'))
  const steps: [title: string, args: string[], code: number][] = [
    [
      '2. Plan: what would change on a node (here a folder, removed at the end)',
      ['plan', '-f', 'mirrors.toml', '--root', 'node'],
      0,
    ],
    ['3. Apply it', ['apply', '-f', 'mirrors.toml', '--root', 'node'], 0],
    ['4. Probe: ask each mirror as a pull would', ['probe', '-f', 'mirrors.toml'], 0],
    ['5. Plan again: nothing is left to do', ['plan', '-f', 'mirrors.toml', '--root', 'node', '--check'], 0],
  ]
  for (const [title, args, code] of steps) {
    say(`${bold(title)}\n$ regmirror ${args.join(' ')}\n`)
    if ((await regmirror(args)) !== code) {
      say('\nThis step did not do what it should: please report it with everything above.')
      return 1
    }
    say('')
  }
  say(NEXT)
  return 0
}

/** A node as a package leaves it, and the list. */
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

/** Runs the built command in the folder, on this terminal. The registries answer meanwhile, so it must not block. */
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
