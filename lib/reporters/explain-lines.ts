/** What pulls do, as text: for each image a ladder of its endpoints. Pure. */
import type { ExplainedImage, ExplainedList, ExplainedRoute, ExplainReport } from '../model/explain-report.ts'
import type { Notice } from '../model/report.ts'
import type { TargetReport } from '../model/target-report.ts'
import { daemonText } from '../wording/daemon-text.ts'
import { explainedIssueText, fullName, placeText, releasesText } from '../wording/explain-text.ts'
import { printable } from '../wording/printable.ts'
import { rungLines } from './explain-rung.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

export function explainLines(
  { images, targets = [] }: ExplainReport<Notice>,
  page: TerminalStyle,
): readonly string[] {
  return images.flatMap((image, i) => {
    const found = targets.find(({ target }) => target === image.target)
    return [...(i === 0 ? [] : ['']), ...imageLines(image, found, page)]
  })
}

function imageLines(
  image: ExplainedImage,
  found: TargetReport | undefined,
  page: TerminalStyle,
): readonly string[] {
  const lines = (text: string) => fitted(printable(text), page, '  ')
  return [
    ...lines(fullName(image)).map(line => page.paint('bold', line)),
    ...lines(runtimeText(image, found)),
    ...image.routes.flatMap(route => routeLines(route, image.target, page)),
    ...(image.list === undefined ? [] : listLines(image.list, page)),
  ]
}

const STATES = {
  stopped: 'is installed and does not run',
  absent: 'is neither installed nor running',
  unknown: 'is not known to run',
} as const

function runtimeText(image: ExplainedImage, found: TargetReport | undefined): string {
  const { target, version } = image
  const name = [target, version].filter(Boolean).join(' ')
  if (found === undefined) {
    const unknown = dependsOnVersion(image) ? `, version not known` : ''
    return `${name}${unknown} (files below --root)${versionRemedy(image)}`
  }
  const { state, program } = found.daemon
  if (program !== undefined)
    return `${[program, version].filter(Boolean).join(' ')} reads its files at each call${versionRemedy(image)}`
  return state === 'running' ? daemonText(found) : `${name} ${STATES[state]}${versionRemedy(image)}`
}

function versionRemedy(image: ExplainedImage): string {
  if (!dependsOnVersion(image)) return ''
  return `; to name the version, set version in [targets.${image.target}] of a list (-f)`
}

/** Whether a release that is not known would change what is shown. */
function dependsOnVersion({ version, routes }: ExplainedImage): boolean {
  const groups = routes.flatMap(({ releases, endpoints }) => [
    releases,
    ...endpoints.flatMap(({ waits }) => waits.map(wait => wait.releases)),
  ])
  return version === undefined && groups.some(group => group !== undefined)
}

const WHEN = {
  until_reload: 'now, until a reload:',
  after_reload: 'after a reload:',
  until_restart: 'now, until a restart:',
  after_restart: 'after a restart:',
} as const

function routeLines(route: ExplainedRoute, target: string, page: TerminalStyle): readonly string[] {
  const { releases, when, lookup, endpoints, failure, unknown, ignored } = route
  const shown = (colour: 'red' | 'yellow', text: string) =>
    fitted(printable(text), page, '  ').map(line => page.paint(colour, line))
  const lines = (text: string) => fitted(printable(text), page, '  ')
  return [
    ...(releases === undefined ? [] : ['', ...lines(`${target} ${releasesText(releases)}:`)]),
    ...(when === undefined ? [] : ['', WHEN[when]]),
    ...(lookup === undefined ? [] : lookupTexts(lookup).flatMap(lines)),
    ...ignored.flatMap(issue => shown('yellow', `ignored: ${explainedIssueText(issue)}`)),
    ...(failure === undefined ? [] : shown('red', `every pull fails: ${explainedIssueText(failure)}`)),
    ...(unknown === undefined ? [] : shown('yellow', `not known: ${explainedIssueText(unknown)}`)),
    ...endpoints.flatMap((endpoint, i) => [
      '',
      ...rungLines(endpoint, i + 1, i === endpoints.length - 1, page),
    ]),
    ...pullLines(route, page),
  ]
}

function lookupTexts({
  by,
  path,
  line,
  why,
  setting,
}: NonNullable<ExplainedRoute['lookup']>): readonly string[] {
  const from = setting?.file === undefined ? ' (default of this release)' : ` (${placeText(setting)})`
  const place =
    path === undefined ? '' : `uses ${placeText({ file: path, ...(line !== undefined && { line }) })}: `
  return [
    ...(setting === undefined ? [] : [`config_path is ${setting.value}${from}`]),
    `${place}${why}${by === 'none' ? ', so no mirror is used' : ''}`,
  ]
}

/** With plain http, anyone on the network path can read them. */
function pullLines({ endpoints, pull }: ExplainedRoute, page: TerminalStyle): readonly string[] {
  const offered = endpoints.filter(({ role, credentials }) => role === 'mirror' && credentials.of_pull)
  const plain = offered.some(({ url }) => url.startsWith('http:')) ? ', over plain http in plain text' : ''
  const secrets = `a mirror that responds with 401 is sent the credentials of the pull (pull secret or login)${plain}`
  const colour = pull?.outcome === 'served' ? 'green' : pull?.outcome === 'fails' ? 'red' : 'yellow'
  const lines = [
    ...(offered.length === 0 ? [] : fitted(secrets, page, '  ')),
    ...(pull === undefined
      ? []
      : fitted(printable(pull.detail), page, '  ').map(line => page.paint(colour, line))),
  ]
  return lines.length === 0 ? [] : ['', ...lines]
}

function listLines(
  { file, registry, changes = [], registry_loss, not_compared, excluded }: ExplainedList,
  page: TerminalStyle,
): readonly string[] {
  const entry = registry === undefined ? 'has no entry for this image' : `has the entry "${registry}"`
  const isLost = registry_loss?.loss === 'impossible'
  const same = isLost ? `, which is not written for this runtime` : ', and the node matches it'
  const compared =
    changes.length === 0 ? (registry === undefined ? '' : same) : ', and the node differs from it:'
  const state = not_compared === undefined ? compared : `; not compared, because it ${not_compared}`
  return [
    '',
    ...fitted(printable(`list ${file} ${entry}${state}`), page, '  '),
    ...changes.flatMap(({ action, path }) =>
      fitted(`  regmirror apply would ${action} ${path}`, page, '    ').map(line =>
        page.paint('yellow', line),
      ),
    ),
    ...(registry_loss === undefined
      ? []
      : fitted(printable(`  ${registry_loss.detail}`), page, '    ').map(line => page.paint('yellow', line))),
    ...excluded.flatMap(({ mirror, detail }) =>
      fitted(printable(`  ${mirror}: ${detail}`), page, '    ').map(line => page.paint('yellow', line)),
    ),
  ]
}
