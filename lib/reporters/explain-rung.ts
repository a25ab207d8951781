/** One endpoint of `explain` as text. Pure. */
import type { ExplainedEndpoint, ProbedEndpoint, ProbedStep } from '../model/explain-report.ts'
import { columnsOf } from '../wording/columns.ts'
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
    ...plainText(endpoint),
    ...[useText(endpoint), tlsText(endpoint)].flatMap(text => text ?? []),
    ...headersText(endpoint),
    ...credentialsText(endpoint),
    ...waitTexts(endpoint.waits, next),
  ]
  return [
    ...fitted(headline(endpoint, nth), page, INDENT).map(line => paint('bold', line)),
    ...probeTexts(endpoint.probe).flatMap(([colour, text]) => lines(text).map(line => paint(colour, line))),
    ...problemTexts(endpoint).flatMap(text => lines(text).map(line => paint('red', line))),
    ...requestLines(endpoint, page),
    ...facts.flatMap(lines),
  ]
}

function problemTexts({ problem }: ExplainedEndpoint): readonly string[] {
  return problem === undefined ? [] : [`every request fails: ${problem}`]
}

function headline({ role, url, source }: ExplainedEndpoint, nth: number): string {
  const from = source === undefined ? '' : ` (${placeText(source)})`
  return printable(`${nth}  ${role} ${url}${from}`)
}

/** Whole URLs, or what follows the API base of the headline where they do not fit; a URL is never broken. */
function requestLines(
  { requests, url }: ExplainedEndpoint,
  { wrapped, width }: TerminalStyle,
): readonly string[] {
  const { resolve, manifest, blob } = requests
  const sent = [...(resolve === undefined ? [] : [['HEAD', resolve]]), ['GET ', manifest], ['GET ', blob]]
  return sent.map(([method, whole = '']) => {
    const line = `${INDENT}${method} ${printable(whole)}`
    const fits = !wrapped || columnsOf(line) <= width
    return fits ? line : `${INDENT}${method} …${printable(whole.slice(url.length))}`
  })
}

function plainText({ plain_url }: ExplainedEndpoint): readonly string[] {
  return plain_url === undefined ? [] : [`over plain http where it does not speak TLS: ${plain_url}`]
}

function headersText({ headers }: ExplainedEndpoint): readonly string[] {
  return headers.length === 0 ? [] : [`headers: ${headers.join(', ')}`]
}

function credentialsText({ credentials: { of_node } }: ExplainedEndpoint): readonly string[] {
  return of_node === undefined ? [] : [`credentials: ${placeText(of_node)}, where the pull has none`]
}

type Coloured = readonly [colour: 'green' | 'red' | 'yellow', text: string]

const PARTS = [
  ['resolve', 'does not resolve the image'],
  ['manifests', 'does not serve its manifest'],
  ['blobs', 'does not serve its content'],
] as const

function probeTexts(probe: ProbedEndpoint | undefined): readonly Coloured[] {
  if (probe === undefined) return []
  const steps = PARTS.flatMap(([part, text]) => {
    const step = probe[part]
    return step === undefined ? [] : [{ ...step, text }]
  })
  const ms = Math.round(steps.reduce((sum, step) => sum + step.ms, 0))
  const fault = steps.find(({ outcome }) => outcome !== 'ok')
  return [fault === undefined ? servingText(probe, ms) : faultText(fault, probe, ms), ...addressTexts(probe)]
}

function servingText({ serves }: ProbedEndpoint, ms: number): Coloured {
  return serves ? ['green', `serves the image (${ms} ms)`] : ['yellow', 'was not requested']
}

function faultText(
  { outcome, detail, reason, text }: ProbedStep & { readonly text: string },
  { blobs }: ProbedEndpoint,
  ms: number,
): Coloured {
  const rest = text !== PARTS[2][1] && blobs?.outcome === 'ok' ? '; serves its content' : ''
  const colour = outcome === 'unknown' ? 'yellow' : 'red'
  return [colour, `${outcome === 'stops' ? 'ends the pull' : text} (${ms} ms): ${detail ?? reason}${rest}`]
}

function addressTexts({ addresses }: ProbedEndpoint): readonly Coloured[] {
  if (addresses === undefined) return []
  const text = `its name has ${addresses} addresses, and dial_timeout ends before the second is tried; write dial_timeout = "4s"`
  return [['yellow', text]]
}
