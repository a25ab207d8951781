/** `name[:port]`, as it stands in a url and in front of an image name. Pure. */
import type { Refused } from './refused.ts'

export interface Authority {
  /** Lower case; an IPv6 address stands in brackets. */
  readonly name: string
  readonly port: string | undefined
}

/** Reads `name[:port]`. Messages name what is wrong and never quote the text. */
export function parseAuthority(text: string): Authority | Refused {
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/s.exec(text)
  if (parts === null)
    return { message: 'has colons that belong to no port', hint: 'put an IPv6 address in [brackets]' }
  const name = (parts[1] ?? '').toLowerCase()
  return nameProblem(name) ?? portProblem(parts[2]) ?? { name, port: parts[2] }
}

function portProblem(port: string | undefined): Refused | undefined {
  if (port === undefined || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535)) return undefined
  return { message: 'has a port that is not a number from 1 to 65535' }
}

function nameProblem(name: string): Refused | undefined {
  if (name === '') return { message: 'names no machine' }
  if (name.startsWith('[')) {
    // URL drops line breaks and tabs (url.spec.whatwg.org, "basic URL parser", steps 2 and 3).
    const fits = /^\[[\da-f:.]+\]$/.test(name) && URL.canParse(`http://${name}/`)
    return fits ? undefined : { message: 'holds a broken IPv6 address' }
  }
  if (/^(\d+|0x[\da-f]*)$/.test(name.split('.').at(-1) ?? '')) {
    if (IPV4.test(name)) return undefined
    return {
      message: name.includes('.') ? 'holds a broken IPv4 address' : 'holds a number in place of a name',
    }
  }
  if (isDnsName(name.replace(/\.$/, '')) && name.endsWith('.')) {
    return { message: 'holds a name that ends in a dot', hint: 'drop the final dot' }
  }
  return isDnsName(name)
    ? undefined
    : { message: 'holds a name that DNS cannot know', hint: 'names are letters, digits, "-" and "."' }
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/

function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split('.').every(label => LABEL.test(label))
}

/** RFC 1123 section 2.1, and the underscore that container networks put into names. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/
