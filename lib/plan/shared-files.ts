/**
 * Files that several targets need: runtimes with the same code read the same directory, such as certs.d of containerd. Where
 * they need the same bytes, the first target has the file; otherwise path-conflicts.ts refuses both. Pure.
 */
import type { DesiredFile } from '../targets/target.ts'
import type { Rendered } from './plan-target.ts'

export function shareFiles(rendered: readonly Rendered[]): readonly Rendered[] {
  const claims = Map.groupBy(
    rendered.flatMap(one => one.rendering.files),
    ({ path }) => path,
  )
  return rendered.map(one => {
    const files = one.rendering.files.flatMap(file => ownFile(file, claims.get(file.path) ?? []))
    return { ...one, rendering: { ...one.rendering, files } }
  })
}

/** The file as this target has it; none where another target has it. */
function ownFile(file: DesiredFile, claims: readonly DesiredFile[]): readonly DesiredFile[] {
  if (claims.length < 2 || claims.some(({ owns }) => owns.kind !== 'whole')) return [file]
  // One target needs no file there, and another does.
  const written = claims.filter(({ content }) => content !== undefined)
  const [first] = written.length > 0 ? written : claims
  if (written.some(other => !isSame(other, first))) return [file]
  if (file !== first) return []
  const isImmediate = claims.some(({ effect }) => effect === 'immediate')
  return [isImmediate ? { ...file, effect: 'immediate' } : file]
}

function isSame({ content, secret }: DesiredFile, other: DesiredFile | undefined): boolean {
  if (content === undefined || other?.content === undefined) return false
  return secret === other.secret && Buffer.from(content).equals(Buffer.from(other.content))
}
