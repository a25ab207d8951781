/**
 * Builds build/regmirror: one executable with Node, the bundle and its code cache, for Linux on this architecture;
 * `--arch arm64` on x64 builds build/regmirror-arm64. A folder as argument takes the place of `build`. For tests that change
 * the program, `--test` leaves NODE_OPTIONS in effect, and `--one-thread` gives V8 one thread.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { bundle } from '../bundle/bundle.ts'
import { copyIgnoredSignals } from './entry.ts'
import { toolsFor } from './tools.ts'

const { bytesFile, pack, unpack } = createRequire(import.meta.url)('../../bin/load.js')
const root = path.resolve(import.meta.dirname, '../..')
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    arch: { type: 'string', default: process.arch },
    test: { type: 'boolean' },
    'one-thread': { type: 'boolean' },
  },
})
const folder = path.resolve(positionals[0] ?? path.join(root, 'build'))
const name = values.arch === process.arch ? 'regmirror' : `regmirror-${values.arch}`
const parts = path.join(folder, `${name}.parts`)
await fs.mkdir(folder, { recursive: true })
const tools = await toolsFor(values.arch)
await bundle(parts, tools.run)
await keepOneCache()
await addLicenseOfNode()
await buildLauncher()
await prepareBlob()
await buildProgram()
await fs.rename(path.join(parts, 'THIRD-PARTY-LICENSES'), path.join(folder, 'THIRD-PARTY-LICENSES'))
await fs.rm(parts, { recursive: true })
await report(path.join(folder, name))

async function report(program: string): Promise<void> {
  const inside = path.relative(process.cwd(), program)
  const shown = inside.startsWith('..') ? program : inside
  const { size } = await fs.stat(program)
  console.log(`built ${shown}, ${Math.round(size / 1e6)} MB`)
  console.log(`next: install -m 755 ${shown} /usr/local/bin/regmirror`)
}

/** The package keeps each code cache twice, with a mark behind it, to find a damaged one. */
async function keepOneCache(): Promise<void> {
  const file = path.join(parts, 'regmirror.cache')
  const { names, read } = unpack(bytesFile(await fs.readFile(file)))
  const once = names.map((name: string) => [name, read(name).subarray(0, read(name).length / 2 - 1)])
  await fs.writeFile(file, pack({}, Object.fromEntries(once)))
}

async function addLicenseOfNode(): Promise<void> {
  const license = await fs.readFile(path.resolve(tools.node, '../../LICENSE'), 'utf8')
  const rule = `\n${'-'.repeat(80)}\n\n`
  await fs.appendFile(
    path.join(parts, 'THIRD-PARTY-LICENSES'),
    `${rule}Node.js ${process.versions.node}\n\n${license}`,
  )
}

/** The launcher of the package, with another way to load the bundle. */
async function buildLauncher(): Promise<void> {
  const loader: Plugin = {
    name: 'loader',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/load\.js$/ }, () => ({ path: path.join(root, 'tools/single/load.cjs') }))
    },
  }
  await build({
    entryPoints: [path.join(root, 'bin/regmirror.js')],
    outfile: path.join(parts, 'launcher.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    plugins: [loader],
  })
}

/** Writes the launcher and its files in the format of Node's single executables. */
async function prepareBlob(): Promise<void> {
  const names = ['regmirror.bundle', 'regmirror.cache', 'THIRD-PARTY-LICENSES']
  const config = {
    main: 'launcher.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    // Otherwise NODE_OPTIONS of the user takes effect, and one that this Node does not know ends the program.
    execArgvExtension: values.test ? 'env' : 'none',
    // As in the first line of bin/regmirror.js.
    execArgv: ['--max-semi-space-size=4', ...(values['one-thread'] ? ['--single-threaded'] : [])],
    assets: Object.fromEntries(names.map(name => [name, name])),
  }
  await fs.writeFile(path.join(parts, 'config.json'), JSON.stringify(config))
  execFileSync(process.execPath, ['--experimental-sea-config', 'config.json'], { cwd: parts, stdio: 'pipe' })
}

/** Puts the blob into a copy of Node without symbols. */
async function buildProgram(): Promise<void> {
  const program = path.join(parts, 'program')
  execFileSync(tools.strip, ['--strip-all', '-o', program, tools.node])
  const bytes = await fs.readFile(program)
  // First: postject may put headers of its own into the room for it.
  copyIgnoredSignals(bytes)
  await fs.writeFile(program, bytes)
  const postject = fileURLToPath(import.meta.resolve('postject/dist/cli.js'))
  const blob = path.join(parts, 'blob')
  // It complains that the names of sections are gone.
  execFileSync(process.execPath, [postject, program, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE], {
    stdio: 'pipe',
  })
  await fs.chmod(program, 0o755)
  await fs.rename(program, path.join(folder, name))
}
