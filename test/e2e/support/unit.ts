/** A unit of a machine: told what to do, asked how it is, set up anew. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { eventually } from '../../support/watching.ts'
import type { Machine } from './machine.ts'

export interface Unit {
  /** `systemctl COMMAND [OPTION…] UNIT`, which has to say yes; gives what it prints. */
  tell(command: string, ...options: readonly string[]): Promise<string>
  /** A property, as `systemctl show` prints it. */
  show(property: string): Promise<string>
  /** Waits until a property is like that. */
  shows(property: string, like: RegExp): Promise<void>
  /** What it has logged, and systemd of it: `journalctl [OPTION…]`. */
  journal(...options: readonly string[]): Promise<string>
  /** Gives it lines of its `[Service]` that are not ours. */
  dropIn(...lines: readonly string[]): Promise<void>
}

/** The unit of that name. */
export function unitOf({ run, at }: Machine, name: string): Unit {
  const show = async (property: string) =>
    (await run('systemctl', 'show', '--value', '--property', property, name)).said.trimEnd()
  const journal = async (...options: readonly string[]) => {
    await run('journalctl', '--sync')
    return (await run('journalctl', '--quiet', '--output', 'cat', '--unit', name, ...options)).said
  }
  return {
    show,
    journal,
    tell: async (command, ...options) => {
      const { code, said } = await run('systemctl', command, ...options, name)
      assert.equal(code, 0, `systemctl ${command} ${name}: ${said}\n${await journal()}`)
      return said
    },
    shows: async (property, like) => {
      let last = ''
      const isLike = async () => {
        last = await show(property)
        return like.test(last) || undefined
      }
      await eventually(isLike, () => `${property} of ${name} is not ${like}, but ${last}`)
    },
    dropIn: async (...lines) => {
      const directory = at(`/etc/systemd/system/${name}.d`)
      await fs.mkdir(directory, { recursive: true })
      await fs.writeFile(path.join(directory, 'test.conf'), ['[Service]', ...lines, ''].join('\n'))
      assert.equal((await run('systemctl', 'daemon-reload')).code, 0)
    },
  }
}
