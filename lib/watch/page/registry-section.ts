/** A registry on the status page: its mirrors in the order in which they are asked, its server, its file. Pure. */
import { canServe } from '../../health/availability.ts'
import { type Health, isUsable } from '../../health/mirror-health.ts'
import { type Grade, gradeOf } from '../serve/problems.ts'
import type { MirrorStatus, RegistryStatus } from '../serve/status.ts'
import { html, type Markup } from './markup.ts'
import { titleOf } from './registry-alarms.ts'
import { range, spark } from './spark.ts'
import { clock, span } from './time.ts'

export const MARKS: Readonly<Record<Grade, string>> = { good: '●', fair: '◐', bad: '✗' }

const HEALTHS: Readonly<Record<Health, { mark: string; grade: Grade }>> = {
  up: { mark: '●', grade: 'good' },
  slow: { mark: '◐', grade: 'fair' },
  limited: { mark: '○', grade: 'fair' },
  down: { mark: '✗', grade: 'bad' },
}

interface Shown {
  readonly anchor: string
  readonly now: number
  /** Whether its file is shown from the start. */
  readonly open: boolean
}

/** The address of the page with the file of a registry shown. */
export function openedAt({ name }: RegistryStatus): string {
  return `./?open=${encodeURIComponent(name)}`
}

export function registrySection(registry: RegistryStatus, shown: Shown): Markup {
  const { anchor, now } = shown
  const grade = gradeOf(registry)
  return html`<section class="registry" id="${anchor}" aria-labelledby="${anchor}-name">
<h3 id="${anchor}-name"><span class="${grade}" aria-hidden="true">${MARKS[grade]}</span> ${titleOf(registry)} <small>${inWords(registry)}</small></h3>
<ul class="endpoints">
${byPlace(registry.mirrors).map(mirror => mirrorItem(mirror, now))}${serverItem(registry)}</ul>${whyAll(registry)}
${hostsFile(registry, shown)}
</section>
`
}

function inWords({ mirrors }: RegistryStatus): string {
  const well = mirrors.filter(({ health }) => isUsable(health)).length
  if (mirrors.length === 0) return 'no mirrors'
  if (well === mirrors.length) return `${well} ${well === 1 ? 'mirror' : 'mirrors'}, well`
  return `${well} of ${mirrors.length} ${mirrors.length === 1 ? 'mirror' : 'mirrors'} well`
}

function byPlace(mirrors: readonly MirrorStatus[]): readonly MirrorStatus[] {
  const place = (mirror: MirrorStatus) => mirror.place ?? Number.MAX_SAFE_INTEGER
  return mirrors.toSorted((a, b) => place(a) - place(b))
}

function mirrorItem(mirror: MirrorStatus, now: number): Markup {
  const { url, health, since, place, latencyMs, points } = mirror
  const { mark, grade } = HEALTHS[health]
  const position =
    place === undefined
      ? html`<span class="place out" title="left out">–<span class="aside"> left out</span></span>`
      : html`<span class="place"><span class="aside">place </span>${place}</span>`
  const state =
    mirror.askedAt === undefined
      ? html`<span class="state">· not asked yet</span>`
      : html`<span class="state"><span class="${grade}"><span aria-hidden="true">${mark}</span> ${health}</span> <span class="soft">for ${span(now - since)}</span></span>`
  const answered = latencyMs === undefined || !isUsable(health) ? '' : `${latency(latencyMs)} ms`
  return html`<li>${position}<span class="url">${url}</span>${state}<span class="ms">${answered}</span><span class="hour">${spark(points, now)}<span class="soft">${range(points)}</span></span>${note(mirror, now)}</li>
`
}

function latency(ms: number): string {
  return ms.toFixed(ms < 10 ? 1 : 0)
}

/** Why it is not well, and what happens next; nothing about one that is. */
function note(
  { health, reason, detail, since, place, askedAt, nextAt }: MirrorStatus,
  now: number,
): Markup | undefined {
  if (health === 'up' && reason === undefined) return undefined
  const why = [reason ?? [], detail ?? []].flat().join(': ')
  const out = place === undefined ? html`<b>left out</b> · ` : undefined
  const next = nextAt <= now ? 'asked again now' : `asked again in ${span(nextAt - now)}`
  const asked = askedAt === undefined ? undefined : html` · asked ${span(now - askedAt)} ago, ${next}`
  return html`<p class="note">${out}since ${clock(since, now)} UTC${asked}${why === '' ? undefined : html`<br><span class="said">${why}</span>`}</p>`
}

function serverItem({ server }: RegistryStatus): Markup | undefined {
  if (server === undefined) return undefined
  const state =
    server.up === undefined
      ? html`<span class="soft">· not asked</span>`
      : server.up
        ? html`<span class="good"><span aria-hidden="true">●</span> answers</span>`
        : html`<span class="bad"><span aria-hidden="true">✗</span> no answer</span>`
  return html`<li class="server"><span class="place soft" title="after the mirrors">↳</span><span class="url">${server.url} <span class="soft">server</span></span><span class="state">${state}</span></li>
`
}

/** Why mirrors have a place though none of them is well. */
function whyAll(registry: RegistryStatus): Markup | undefined {
  const away = registry.mirrors.filter(({ health, place }) => !isUsable(health) && place !== undefined)
  if (canServe(registry) !== false || away.length === 0) return undefined
  return html`
<p class="note">Nobody answers well. Every mirror of the list stays written: the fault may be this node's own.</p>`
}

/** What is open closes when the page is loaded again, unless the address says otherwise. */
function hostsFile(registry: RegistryStatus, { anchor, open }: Shown): Markup {
  const { hosts } = registry
  if (hosts === undefined) return html`<p class="soft file">There is no hosts.toml of it now.</p>`
  const link = open
    ? html`<a href="./#${anchor}">Let it close</a>`
    : html`<a href="${openedAt(registry)}#${anchor}-file">Keep it open</a>`
  return html`<details id="${anchor}-file"${open ? html` open` : undefined}><summary>In the file now <span class="soft path">${hosts.path}</span></summary>
<p class="soft">${link} when the page is loaded again.</p>
<pre tabindex="0" role="region" aria-label="${hosts.path}">${hosts.text}</pre></details>`
}
