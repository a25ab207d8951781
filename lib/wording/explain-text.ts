/** Sentences of `explain`. Pure. */
import type {
  ExplainedEndpoint,
  ExplainedImage,
  ExplainedIssue,
  ExplainedReleases,
  ExplainedWait,
} from '../model/explain-report.ts'

/** `docker.io/library/busybox:latest`. */
export function fullName({
  registry,
  repository,
  reference,
}: Pick<ExplainedImage, 'registry' | 'repository' | 'reference'>): string {
  return `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`
}

/** Neighbours as one range. */
export function joinedRanges(ranges: readonly ExplainedReleases[]): readonly ExplainedReleases[] {
  const result: ExplainedReleases[] = []
  for (const { from, before } of ranges) {
    const last = result.at(-1)
    const end = before !== undefined && { before }
    if (last === undefined || last.before !== from) result.push({ from, ...end })
    else result[result.length - 1] = { from: last.from, ...end }
  }
  return result
}

/** `1.6.0 to before 1.6.17, and 2.3.0 and later`. */
export function releasesText(ranges: readonly ExplainedReleases[]): string {
  return ranges
    .map(({ from, before }) => (before === undefined ? `${from} and later` : `${from} to before ${before}`))
    .join(', and ')
}

export function placeText({ file, line }: { readonly file?: string; readonly line?: number }): string {
  return [file, line].filter(part => part !== undefined).join(':')
}

/** `file:line: problem; remedy`. */
export function explainedIssueText({ file, line, column, message, hint }: ExplainedIssue): string {
  const place = [file, line, column].filter(part => part !== undefined).join(':')
  return (place === '' ? '' : `${place}: `) + message + (hint === undefined ? '' : `; ${hint}`)
}

/** What an endpoint is used for, where that is not everything. */
export function useText({ capabilities }: Pick<ExplainedEndpoint, 'capabilities'>): string | undefined {
  const may = (use: 'pull' | 'resolve') => capabilities.includes(use)
  if (may('pull') && may('resolve')) return undefined
  const given = `capabilities: ${capabilities.join(', ')}`
  return may('pull') ? `no tags are resolved here (${given})` : `nothing is resolved here (${given})`
}

export function tlsText({ tls }: Pick<ExplainedEndpoint, 'tls'>): string | undefined {
  if (tls === undefined) return undefined
  const parts = [
    ...(tls.skip_verify ? ['its certificate is not verified'] : []),
    ...(tls.ca.length > 0 ? [`CA ${tls.ca.join(', ')}`] : []),
    ...tls.client.map(
      ({ cert, key }) => `client certificate ${cert}${key === undefined ? '' : ` with ${key}`}`,
    ),
  ]
  return parts.length === 0 ? undefined : parts.join('; ')
}

/** `next`: the number of the endpoint after it; undefined: it is the last one. */
export function waitTexts(waits: readonly ExplainedWait[], next: number | undefined): readonly string[] {
  return [
    ...perRelease('no connection', waits, wait => connectText(wait, next)),
    ...perRelease('no response', waits, wait => silenceText(wait, next)),
  ]
}

/** One line, or one for each group of releases. */
function perRelease(
  lead: string,
  waits: readonly ExplainedWait[],
  textOf: (wait: ExplainedWait) => string,
): readonly string[] {
  const groups = [...Map.groupBy(waits, textOf)]
  if (groups.length === 1) return groups.map(([text]) => `${lead}: ${text}`)
  return groups.map(([text, group]) => {
    const releases = joinedRanges(group.flatMap(({ releases = [] }) => releases))
    return `${lead}: ${releasesText(releases)}: ${text}`
  })
}

function connectText(
  { connect_s, pull_s, ignored_timeout }: ExplainedWait,
  next: number | undefined,
): string {
  const ignored = ignored_timeout === undefined ? '' : `, dial_timeout = "${ignored_timeout}" is ignored`
  if (connect_s === pull_s) return `${pull_s} s a pull${ignored}, ${thenText(next)}`
  return `${connect_s} s a request (about ${pull_s} s a pull${ignored}), ${thenText(next)}`
}

function silenceText(
  { connect_s, pull_s, silent: { kind, after_s = 0 } }: ExplainedWait,
  next: number | undefined,
): string {
  if (kind === 'hangs') return 'the pull hangs'
  if (kind === 'fails') return `the pull fails after ${after_s} s`
  return `${after_s} s a ${connect_s === pull_s ? 'pull' : 'request'}, ${thenText(next)}`
}

function thenText(next: number | undefined): string {
  return next === undefined ? 'then the pull fails' : `then ${next}`
}
