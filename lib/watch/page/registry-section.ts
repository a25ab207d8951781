/** A registry on the status page: its mirrors in the order in which they are written, its server, and its files. Pure. */
import { isUsable } from '../../health/health.ts'
import { listUrl } from '../../model/list-url.ts'
import { plural } from '../../wording/plural.ts'
import { EVERY_MIRROR } from '../../wording/registry-health-text.ts'
import { gradeRegistry } from '../serve/problems.ts'
import type { RegistryStatus, ServerStatus, ShownFile } from '../serve/status.ts'
import { GRADE_MARKS } from './marks.ts'
import { html, type Markup } from './markup.ts'
import { certificateNote, forTargets, healthMark, mirrorItems } from './mirror-items.ts'
import { addressWithFile, registryTitle } from './registry-name.ts'

interface View {
  readonly anchor: string
  readonly now: number
  /** Whether its files are open when the page has loaded. */
  readonly open: boolean
  /** Whether no endpoint of any registry has responded. */
  readonly networkSuspect: boolean
}

export function registrySection(registry: RegistryStatus, view: View): Markup {
  const { anchor, now, networkSuspect } = view
  const grade = gradeRegistry(registry)
  return html`<section class="registry" id="${anchor}" aria-labelledby="${anchor}-name">
<h3 id="${anchor}-name"><span class="${grade}" aria-hidden="true">${GRADE_MARKS[grade]}</span> ${registryTitle(registry)} <small>${mirrorCount(registry)}</small></h3>
<ul class="endpoints">
${mirrorItems(registry.mirrors, now)}${registry.servers.map(server => serverItem(server, now))}</ul>${outageNote(registry, networkSuspect)}
${shownFiles(registry, view)}
</section>
`
}

function mirrorCount({ mirrors }: RegistryStatus): string {
  if (mirrors.length === 0) return 'no mirrors'
  const healthy = mirrors.filter(({ health }) => health === 'healthy').length
  return `${healthy} of ${plural(mirrors.length, 'mirror', 'mirrors')} healthy`
}

function serverItem(server: ServerStatus, now: number): Markup {
  const { url, health, targets } = server
  const state = health === 'unknown' ? html`<span class="soft">· not probed</span>` : healthMark(health)
  return html`<li class="server"><span class="position soft" title="after the mirrors">↳</span><span class="url">${listUrl(url)} <span class="soft">server${forTargets(targets)}</span></span><span class="state">${state}</span>${serverNote(server)}${certificateNote(server, now)}</li>
`
}

function serverNote({ reason, detail }: ServerStatus): Markup | undefined {
  const cause = [reason ?? [], detail ?? []].flat().join(': ')
  return cause === '' ? undefined : html`<p class="note"><span class="cause">${cause}</span></p>`
}

/** Why mirrors are in the file though no endpoint is healthy. */
function outageNote({ mirrors, state }: RegistryStatus, networkSuspect: boolean): Markup | undefined {
  const isWritten = mirrors.some(({ health, position }) => !isUsable(health) && position !== undefined)
  if (state.status !== 'unhealthy' || !isWritten) return undefined
  const why = networkSuspect ? ", because the cause may be this node's network" : ''
  return html`
<p class="note">No endpoint is healthy. ${EVERY_MIRROR}${why}.</p>`
}

function shownFiles(registry: RegistryStatus, view: View): readonly Markup[] {
  const { files } = registry
  if (files.length === 0) return [html`<p class="soft file">This registry has no file now.</p>`]
  return files.map((file, i) => shownFile(registry, file, i === 0 ? '' : `-${i + 1}`, view))
}

/** An open file closes when the page reloads, unless the address names it. */
function shownFile(
  registry: RegistryStatus,
  { path, text }: ShownFile,
  suffix: string,
  { anchor, open }: View,
): Markup {
  const id = `${anchor}-file${suffix}`
  const link = open
    ? html`<a href="./#${anchor}">Close it</a>`
    : html`<a href="${addressWithFile(registry)}#${id}">Keep it open</a>`
  return html`<details id="${id}"${open ? html` open` : undefined}><summary>File <span class="soft path">${path}</span></summary>
<p class="soft">${link} when the page reloads.</p>
<pre tabindex="0" role="region" aria-label="${path}">${text}</pre></details>`
}
