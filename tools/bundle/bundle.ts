/**
 * The bundle: scripts in one file, of which a command runs only those that it needs; the schema compiled ahead of time; no
 * dependency left to install; the licences of the dependencies beside it; V8's code cache for the Node that builds it.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build, type Metafile } from 'esbuild'
import { thirdPartyLicenses } from '../licenses.ts'
import {
  compiledSchema,
  embeddedTemplates,
  latePackages,
  layers,
  packageScripts,
  plainWidth,
  root,
} from './plugins.ts'
import { refuseCircles, scriptName, toScript } from './scripts.ts'

const { packBundle } = createRequire(import.meta.url)('../../bin/load.js')

/**
 * With these, V8 makes the same cache of the same bundle each time: it works on one thread, and so much memory is new that
 * no garbage gets into the gaps between its values. They do not change which Node accepts the cache.
 */
const SAME_CACHE = ['--predictable', '--min-semi-space-size=128', '--max-semi-space-size=128']

/**
 * Replaces the folder `dist` by a new bundle; returns esbuild's list of its parts. A failed build leaves `dist` as it is.
 * `node` starts the Node that will run it.
 */
export async function bundle(
  dist: string,
  node: readonly [string, ...string[]] = [process.execPath],
): Promise<Metafile> {
  // Built beside it: an installed command may run from dist meanwhile, and a build may be interrupted.
  const building = `${dist}.building`
  await rm(building, { recursive: true, force: true })
  await mkdir(building)
  const metafile = await bundleInto(building)
  const licenses = await thirdPartyLicenses(root, Object.keys(metafile.inputs))
  await writeFile(path.join(building, 'THIRD-PARTY-LICENSES'), licenses, { mode: 0o644 })
  await makeSameCodeCache(building, node)
  await rm(dist, { recursive: true, force: true })
  await rename(building, dist)
  return metafile
}

/** In how many runs two must agree. */
const MOST_RUNS = 8

/**
 * On an emulated machine, a timer may end first that never does on a real one, and its function gets into the cache. So
 * there the cache counts when two runs agree on it.
 */
async function makeSameCodeCache(folder: string, node: readonly [string, ...string[]]): Promise<void> {
  const seen = new Set<string>()
  for (let run = 0; run < MOST_RUNS; run++) {
    makeCodeCache(folder, node)
    const bytes = await readFile(path.join(folder, 'regmirror.cache'))
    const digest = createHash('sha256').update(bytes).digest('hex')
    if (node.length === 1 || seen.has(digest)) return
    seen.add(digest)
  }
  throw new Error('the code cache differs in each run; build it again on a machine with less load')
}

function makeCodeCache(folder: string, [program, ...args]: readonly [string, ...string[]]): void {
  const script = path.join(root, 'tools/bundle/code-cache.ts')
  execFileSync(program, [...args, ...SAME_CACHE, script, folder], {
    env: { TMPDIR: tmpdir() },
    stdio: 'pipe',
  })
}

async function bundleInto(folder: string): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'lib/main.ts', ...packageScripts },
    outdir: '.',
    write: false,
    bundle: true,
    // What is loaded with import() becomes a script of its own, which runs when it is first needed.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.22',
    minify: true,
    metafile: true,
    legalComments: 'external',
    // yargs loads its own modules by name only where it is not bundled.
    define: { 'import.meta.url': '"file:///regmirror.js"' },
    plugins: [plainWidth, compiledSchema, latePackages, embeddedTemplates, layers],
  })
  refuseCircles(metafile)
  const scripts = outputFiles.filter(file => file.path.endsWith('.js'))
  const notices = outputFiles.filter(file => file.path.endsWith('.LEGAL.txt')).map(file => file.text)
  const texts = await Promise.all(
    scripts.map(async ({ path: file, text }) => [scriptName(file), await toScript(text)]),
  )
  const id = createHash('sha256').update(JSON.stringify(texts)).digest('hex')
  const bytes = packBundle(id, './main.js', Object.fromEntries(texts))
  await writeFile(path.join(folder, 'regmirror.bundle'), bytes, { mode: 0o644 })
  await writeFile(path.join(folder, 'LEGAL.txt'), [...new Set(notices)].join('\n'), { mode: 0o644 })
  return metafile
}
