/** One endpoint of `explain` as text. Pure. */
import type { ExplainedEndpoint, ProbedEndpoint } from '../model/explain-report.ts'
import { placeText, tlsText, useText, waitTexts } from '../wording/explain-text.ts'
import { printable } from '../wording/printable.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

const INDENT = '   '

/** `nth` counts from 1; `isLast`: nothing is tried after it. */
export function rungLines(
  endpoint: ExplainedEndpoint,
  nth: number,
  isLast: boolean,
  page: TerminalStyle,
): readonly string[] {
  const { paint } = page
  const next = isLast ? undefined : nth + 1
  const lines = (text: string) => fitted(INDENT + printable(text), page, `${INDENT}  `)
  const facts = [
    ...(endpoint.problem === undefined ? [] : [`every request fails: ${endpoint.problem}`]),
    ...requestTexts(endpoint),
    ...[useText(endpoint), tlsText(endpoint)].flatMap(text => text ?? []),
    ...headersText(endpoint),
    ...credentialsText(endpoint),
    ...waitTexts(endpoint.waits, next),
  ]
  return [
    ...fitted(headline(endpoint, nth), page, INDENT).map(line => paint('bold', line)),
    ...probeTexts(endpoint.probe).flatMap(([colour, text]) => lines(text).map(line => paint(colour, line))),
    ...facts.flatMap(lines),
  ]
}

function headline({ role, url, source }: ExplainedEndpoint, nth: number): string {
  const from = source === undefined ? '' : ` (${placeText(source)})`
  return printable(`${nth}  ${role} ${url}${from}`)
}

function requestTexts({ requests, plain_url }: ExplainedEndpoint): readonly string[] {
  const { resolve, manifest, blob } = requests
  return [
    ...(resolve === undefined ? [] : [`HEAD ${resolve}`]),
    `GET  ${manifest}`,
    `GET  ${blob}`,
    ...(plain_url === undefined ? [] : [`over plain http where it does not speak TLS: ${plain_url}`]),
  ]
}

function headersText({ headers }: ExplainedEndpoint): readonly string[] {
  return headers.length === 0 ? [] : [`headers: ${headers.join(', ')}`]
}

function credentialsText({ credentials: { of_node } }: ExplainedEndpoint): readonly string[] {
  return of_node === undefined ? [] : [`credentials: ${placeText(of_node)}, where the pull has none`]
}

type Coloured = readonly [colour: 'green' | 'red' | 'yellow', text: string]

function probeTexts(probe: ProbedEndpoint | undefined): readonly Coloured[] {
  if (probe === undefined) return []
  const steps = [probe.resolve, probe.manifests, probe.blobs].flatMap(step => step ?? [])
  const ms = Math.round(steps.reduce((sum, step) => sum + step.ms, 0))
  if (probe.serves) return [['green', `serves the image (${ms} ms)`]]
  const fault = steps.find(({ outcome }) => outcome !== 'ok')
  if (fault === undefined) return [['yellow', 'not requested']]
  const colour = fault.outcome === 'unknown' ? 'yellow' : 'red'
  const what = fault.outcome === 'stops' ? 'ends the pull' : 'does not serve the image'
  return [[colour, `${what} (${ms} ms): ${fault.detail ?? fault.reason ?? 'no reason is known'}`]]
}
