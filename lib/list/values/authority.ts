/** `name[:port]`, in a URL and at the start of an image name. Pure. */
import type { Refused } from '../../model/refused.ts'

export interface Authority {
  /** Lower case; an IPv6 address has its brackets. */
  readonly name: string
  readonly port: string | undefined
}

/** Reads `name[:port]`. Messages follow "the URL …" or "this registry …" and never quote the text. */
export function parseAuthority(text: string): Authority | Refused {
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/s.exec(text)
  if (parts === null)
    return { message: 'has a ":" that starts no port', hint: 'write an IPv6 address in [brackets]' }
  const name = (parts[1] ?? '').toLowerCase()
  return nameProblem(name) ?? portProblem(parts[2]) ?? { name, port: parts[2] }
}

function portProblem(port: string | undefined): Refused | undefined {
  if (port === undefined || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535)) return undefined
  return { message: 'has an invalid port', hint: 'write a number from 1 to 65535' }
}

function nameProblem(name: string): Refused | undefined {
  if (name === '') return { message: 'has no host name' }
  if (name.startsWith('[')) {
    // URL drops line breaks and tabs (url.spec.whatwg.org, "basic URL parser", steps 2 and 3).
    const fits = /^\[[\da-f:.]+\]$/.test(name) && URL.canParse(`http://${name}/`)
    return fits ? undefined : { message: 'has an invalid IPv6 address' }
  }
  if (/(?:^|\.)(?:\d+|0x[\da-f]*)$/.test(name)) {
    if (IPV4.test(name)) return undefined
    return {
      message: name.includes('.') ? 'has an invalid IPv4 address' : 'has a number instead of a host name',
    }
  }
  if (name.endsWith('.') && isDnsName(name.slice(0, -1)))
    return { message: 'has a host name that ends with a dot', hint: 'remove the dot' }
  return isDnsName(name)
    ? undefined
    : { message: 'has an invalid host name', hint: 'use letters, digits, "-" and "."' }
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/

function isDnsName(name: string): boolean {
  return name.length <= 253 && DNS_NAME.test(name)
}

/** RFC 1123 section 2.1, and the underscore that container networks use in names. */
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const DNS_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
