/** A node with the files of toy, and commands that know toy. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { World } from '../../../lib/model/world.ts'
import type { TargetTable } from '../../../lib/targets/target.ts'
import { type TestNode, withNode } from '../../support/node.ts'
import { type Ran, run } from '../../support/run.ts'
import { readTree, type Tree } from '../../support/tree.ts'
import { table } from './toy.ts'

/** Paths below the root directory of a node. */
export const CONFIG = 'etc/buildkit-toy/toy.json'
export const mirrorsFile = (registry: string) => `etc/buildkit-toy/mirrors/${registry}.toml`

/** As an operator laid it out, with CRLF and without a final newline. */
export const BEFORE = '{\r\n\t"debug" : true,\r\n\t"mirror-hosts": ["old.example"],\r\n\t"z": {}\r\n}'
export const AFTER =
  '{\r\n\t"debug" : true,\r\n\t"mirror-hosts": ["a.example", "b.example"],\r\n\t"z": {},\r\n\t"tls": {\r\n\t\t"skip-verify": [\r\n\t\t\t"b.example"\r\n\t\t]\r\n\t}\r\n}'

export const LIST = `version = 1
[registries."quay.io"]
mirrors = ["https://a.example", { url = "https://b.example", skip_verify = true }]
[registries."ghcr.io"]
mirrors = ["https://a.example"]
[targets.toy]
`

/** The file of a registry with these mirrors. */
export const mirrorsText = (...hosts: readonly string[]) =>
  `# Managed by regmirror: edit the mirror list; changes here are overwritten.\nmirrors = ${JSON.stringify(hosts.map(host => `https://${host}/v2`))}\n`

export const APPLIED: Tree = {
  [mirrorsFile('ghcr.io')]: mirrorsText('a.example'),
  [mirrorsFile('quay.io')]: mirrorsText('a.example', 'b.example'),
  [CONFIG]: AFTER,
}

export interface ToyNode extends Omit<TestNode, 'run'> {
  /** Runs a command that knows toy. */
  run(verb: string, ...more: string[]): Promise<Ran>
  /** The same, with its report; it must end with this code. */
  report<T>(code: number, verb: string, ...more: string[]): Promise<T>
  apply(text?: string): Promise<void>
  /** The files of the node, without the state of regmirror. */
  tree(): Promise<Tree>
  write(file: string, text: string): Promise<void>
}

export async function onToyNode(
  before: Tree,
  use: (node: ToyNode) => Promise<void>,
  { targets = table, world = {} }: { targets?: TargetTable; world?: Partial<World> } = {},
): Promise<void> {
  await withNode(
    before,
    async node => {
      const runToy = (verb: string, ...more: string[]) =>
        run(node.args(verb, ...more), world, {}, async () => targets)
      const report = async <T>(code: number, verb: string, ...more: string[]): Promise<T> => {
        const ran = await runToy(verb, '--format', 'json', ...more)
        assert.equal(ran.code, code, ran.stdout + ran.stderr)
        return JSON.parse(ran.stdout)
      }
      await use({
        ...node,
        run: runToy,
        report,
        apply: async text => {
          if (text !== undefined) await node.writeList(text)
          const { code, stderr } = await runToy('apply')
          assert.equal(code, 0, stderr)
        },
        tree: () => readTree(node.root, file => file.startsWith('/var/lib/regmirror')),
        write: (file, text) => fs.writeFile(path.join(node.root, file), text),
      })
    },
    LIST,
    world,
  )
}
