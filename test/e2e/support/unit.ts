/** A systemd unit of a machine: commands, properties, journal and drop-ins. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { eventually } from '../../support/watching.ts'
import type { Machine } from './machine.ts'

export interface Unit {
  /** Runs `systemctl COMMAND [OPTION…] UNIT`, which must succeed; returns its output. */
  systemctl(command: string, ...options: readonly string[]): Promise<string>
  /** A property, as `systemctl show` prints it. */
  show(property: string): Promise<string>
  /** Waits until a property matches. */
  shows(property: string, pattern: RegExp): Promise<void>
  /** The log of the unit, and of systemd about it: `journalctl [OPTION…]`. */
  journal(...options: readonly string[]): Promise<string>
  /** Adds lines to its `[Service]` section. */
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
    systemctl: async (command, ...options) => {
      const { code, said } = await run('systemctl', command, ...options, name)
      assert.equal(code, 0, `systemctl ${command} ${name}: ${said}\n${await journal()}`)
      return said
    },
    shows: async (property, pattern) => {
      let last = ''
      const matches = async () => {
        last = await show(property)
        return pattern.test(last) || undefined
      }
      await eventually(matches, () => `${property} of ${name} is not ${pattern}, but ${last}`)
    },
    dropIn: async (...lines) => {
      const directory = at(`/etc/systemd/system/${name}.d`)
      await fs.mkdir(directory, { recursive: true })
      await fs.writeFile(path.join(directory, 'test.conf'), ['[Service]', ...lines, ''].join('\n'))
      assert.equal((await run('systemctl', 'daemon-reload')).code, 0)
    },
  }
}
