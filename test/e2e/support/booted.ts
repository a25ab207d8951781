/** Nodes that a real systemd of each release boots with the units of regmirror. A test runs on all of them at the same time. */
import fs from 'node:fs/promises'
import type { Tree } from '../../support/tree.ts'
import { boot, type Machine, systemds } from './machine.ts'
import { type Unit, unitOf } from './unit.ts'

export const WATCH = 'regmirror-watch.service'
export const BOOTSTRAP = 'regmirror-bootstrap.service'

const LIST = '/etc/regmirror/mirrors.toml'
const HOSTS = '/etc/containerd/certs.d/docker.io/hosts.toml'

export interface Node {
  readonly machine: Machine
  readonly watch: Unit
  readonly bootstrap: Unit
  readonly containerd: Unit
  /** The path on this machine of the hosts.toml for docker.io. */
  readonly hostsFile: string
  /** Its text; undefined if there is no such file. */
  hosts(): Promise<string | undefined>
  writeList(text: string): Promise<void>
}

/** Boots nodes with this list for the suite, and returns an `it` that runs on all of them at the same time. */
export function onNodesWith(list: string): (title: string, use: (node: Node) => Promise<void>) => void {
  const nodes = new Map<string, Node>()
  before(() =>
    onAll(systemds, async ({ title, suite }) => {
      nodes.set(title, nodeOf(await boot(suite, filesWith(list))))
    }),
  )
  after(() => onAll(nodes.values(), async ({ machine }) => await machine[Symbol.asyncDispose]()))
  return (title, use) => {
    it(title, () =>
      onAll(nodes, async ([systemd, node]) => {
        try {
          await use(node)
        } catch (error) {
          if (error instanceof Error) error.message = `${systemd}: ${error.message}`
          throw error
        }
      }),
    )
  }
}

/** Waits for all of them, also when one fails. */
async function onAll<T>(all: Iterable<T>, use: (one: T) => Promise<void>): Promise<void> {
  const ends = await Promise.allSettled([...all].map(use))
  const failed = ends.find(end => end.status === 'rejected')
  if (failed) throw failed.reason
}

function nodeOf(machine: Machine): Node {
  const hostsFile = machine.at(HOSTS)
  return {
    ...{ machine, hostsFile },
    watch: unitOf(machine, WATCH),
    bootstrap: unitOf(machine, BOOTSTRAP),
    containerd: unitOf(machine, 'containerd.service'),
    hosts: () => fs.readFile(hostsFile, 'utf8').catch(() => undefined),
    writeList: text => fs.writeFile(machine.at(LIST), text),
  }
}

/** A mirror at port 5000 on the loopback address of the node. */
export const MIRROR = `[Unit]
Before=${WATCH}
[Service]
ExecStart=/usr/bin/env node -e "require('node:http').createServer((_, response) => response.end('{}')).listen(5000, '127.0.0.1')"
`

function filesWith(list: string): Tree {
  const links = (directory: string, names: readonly string[], to: (name: string) => string): Tree =>
    Object.fromEntries(names.map(name => [`etc/systemd/system/${directory}${name}`, `-> ${to(name)}`]))
  return {
    [LIST.slice(1)]: list,
    'etc/systemd/system/mirror.service': MIRROR,
    ...links('multi-user.target.wants/', ['mirror.service', WATCH, BOOTSTRAP], name => `../${name}`),
    // Units of the installation of a system.
    ...links('', ['ldconfig.service', 'systemd-firstboot.service'], () => '/dev/null'),
    // No core dump of a program that the watchdog has killed.
    'etc/systemd/system.conf.d/cores.conf': '[Manager]\nDefaultLimitCORE=0\n',
  }
}
