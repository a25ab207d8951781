/** A registry on the status page: its mirrors in the order in which they are written, its server, and its files. Pure. */
import { canServe } from '../../health/availability.ts'
import { isUsable } from '../../health/health.ts'
import { plural } from '../../wording/plural.ts'
import { gradeRegistry } from '../serve/problems.ts'
import type { RegistryStatus, ShownFile } from '../serve/status.ts'
import { GRADE_MARKS } from './marks.ts'
import { html, type Markup } from './markup.ts'
import { mirrorItems } from './mirror-items.ts'
import { addressWithFile, registryTitle } from './registry-name.ts'

interface View {
  readonly anchor: string
  readonly now: number
  /** Whether its files are open when the page has loaded. */
  readonly open: boolean
}

export function registrySection(registry: RegistryStatus, view: View): Markup {
  const { anchor, now } = view
  const grade = gradeRegistry(registry)
  return html`<section class="registry" id="${anchor}" aria-labelledby="${anchor}-name">
<h3 id="${anchor}-name"><span class="${grade}" aria-hidden="true">${GRADE_MARKS[grade]}</span> ${registryTitle(registry)} <small>${mirrorCount(registry)}</small></h3>
<ul class="endpoints">
${mirrorItems(registry.mirrors, now)}${serverItem(registry)}</ul>${outageNote(registry)}
${shownFiles(registry, view)}
</section>
`
}

function mirrorCount({ mirrors }: RegistryStatus): string {
  if (mirrors.length === 0) return 'no mirrors'
  const healthy = mirrors.filter(({ health }) => health === 'healthy').length
  return `${healthy} of ${plural(mirrors.length, 'mirror', 'mirrors')} healthy`
}

function serverItem({ server }: RegistryStatus): Markup | undefined {
  if (server === undefined) return undefined
  const state =
    server.usable === undefined
      ? html`<span class="soft">· not probed</span>`
      : server.usable
        ? html`<span class="ok"><span aria-hidden="true">●</span> healthy</span>`
        : html`<span class="problem"><span aria-hidden="true">✗</span> unhealthy</span>`
  return html`<li class="server"><span class="position soft" title="after the mirrors">↳</span><span class="url">${server.url} <span class="soft">server</span></span><span class="state">${state}</span></li>
`
}

/** Why mirrors are in the file though no endpoint is healthy. */
function outageNote(registry: RegistryStatus): Markup | undefined {
  const unusable = registry.mirrors.filter(
    ({ health, position }) => !isUsable(health) && position !== undefined,
  )
  if (canServe(registry) !== false || unusable.length === 0) return undefined
  return html`
<p class="note">No endpoint is healthy. regmirror keeps every mirror of the list in the file, because the cause may be this node's network.</p>`
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
