/** The kinds of files that `import` reads, of every runtime. Pure. */
import type { Targets } from './load-targets.ts'
import type { DocumentKind } from './target.ts'

export type DocumentKinds = Readonly<Record<string, DocumentKind>>

export function documentKinds(targets: Targets): DocumentKinds {
  return Object.assign({}, ...Object.values(targets).map(({ documents }) => documents))
}

/** Where a node has such files, for a message. */
export function documentPlaces(targets: Targets): readonly string[] {
  const paths = Object.values(documentKinds(targets)).flatMap(kind => kind.paths)
  return paths.map(place => (typeof place === 'string' ? place : `${place.directory}/*${place.ending}`))
}
