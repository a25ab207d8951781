/** The endpoints of each registry before and after older tables are removed, as text. Pure. */
import type { ContactedEndpoint, EndpointChange, Endpoints } from '../model/endpoint-change.ts'
import { printable } from '../wording/printable.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

export function endpointLines(changes: readonly EndpointChange[], page: TerminalStyle): readonly string[] {
  return changes.flatMap(change => {
    const name = change.registry === '*' ? 'every other registry' : change.registry
    if (change.equal)
      return fitted(printable(`${name}: same endpoints: ${urlsText(change.after)}`), page, '  ')
    return [
      ...fitted(`${printable(name)}: other endpoints`, page, '  ').map(line => page.paint('yellow', line)),
      ...sideLines('before', change.before, page),
      ...sideLines('after', change.after, page),
    ]
  })
}

function urlsText({ endpoints }: Endpoints): string {
  return endpoints.map(({ url }) => url).join(', ')
}

function sideLines(label: string, { endpoints, problem }: Endpoints, page: TerminalStyle): readonly string[] {
  const found = problem === undefined ? endpoints.map(endpointText) : [problem]
  const start = `  ${label}`.padEnd(10)
  return found.flatMap((text, i) =>
    fitted(printable(`${i === 0 ? start : ' '.repeat(10)}${text}`), page, ' '.repeat(12)),
  )
}

/** `https://mirror.example/v2 (pull; ca /etc/ssl/corp.pem)`. */
function endpointText({
  url,
  capabilities,
  skip_verify,
  ca = [],
  client = [],
  header = [],
}: ContactedEndpoint): string {
  const parts = [
    capabilities.join(', '),
    skip_verify ? 'skip_verify' : '',
    ca.length > 0 ? `ca ${ca.join(', ')}` : '',
    client.length > 0 ? `client ${client.join(', ')}` : '',
    header.length > 0 ? `header ${header.join(', ')}` : '',
  ]
  return `${url} (${parts.filter(part => part !== '').join('; ')})`
}
