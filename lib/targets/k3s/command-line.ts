/** Flags of `k3s server`, `k3s agent`, `rke2 server` and `rke2 agent` (pkg/cli/cmds/agent.go@06ea261c). Pure. */

export interface NodeFlags {
  readonly privateRegistry?: string
  readonly dataDirectory?: string
  /** The file with the settings of the node. */
  readonly nodeConfig?: string
  readonly noDefault?: boolean
}

/** Undefined where the arguments start no node, as in `k3s kubectl`. */
export function parseNodeFlags(args: readonly string[]): NodeFlags | undefined {
  const [, command, ...rest] = args
  // k3s starts itself again under the name of the command.
  const isNode = /^(server|agent)$/.test(command ?? '') || /k3s-(server|agent)$/.test(args[0] ?? '')
  if (!isNode) return undefined
  const flags = [command ?? '', ...rest]
  const textOf = (...names: readonly string[]) => lastValue(flags, names)
  const noDefault = switchValue(flags, 'disable-default-registry-endpoint')
  const [privateRegistry, dataDirectory, nodeConfig] = [
    textOf('private-registry'),
    textOf('data-dir', 'd'),
    textOf('config', 'c'),
  ]
  return {
    ...(privateRegistry !== undefined && { privateRegistry }),
    ...(dataDirectory !== undefined && { dataDirectory }),
    ...(nodeConfig !== undefined && { nodeConfig }),
    ...(noDefault !== undefined && { noDefault }),
  }
}

function lastValue(flags: readonly string[], names: readonly string[]): string | undefined {
  const values = flags.flatMap((flag, i) => {
    const [, name = '', joined] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(flag) ?? []
    return names.includes(name) ? (joined ?? flags[i + 1] ?? []) : []
  })
  return values.at(-1)
}

function switchValue(flags: readonly string[], name: string): boolean | undefined {
  const values = flags.flatMap(flag => {
    const [, found, joined] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(flag) ?? []
    return found === name ? [joined === undefined || isTrue(joined)] : []
  })
  return values.at(-1)
}

/** strconv.ParseBool */
export function isTrue(value: unknown): boolean {
  return value === true || /^(1|t|true)$/i.test(String(value))
}
