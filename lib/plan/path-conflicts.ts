/** Files that two targets would write. Pure. */
import type { Issue } from '../model/errors.ts'
import type { Rendered } from './plan-target.ts'

export function pathConflicts(rendered: readonly Rendered[]): readonly Issue[] {
  const claims = rendered.flatMap(one => one.rendering.files.map(({ path }) => ({ path, one })))
  const byPath = Map.groupBy(claims, ({ path }) => path)
  return [...byPath].flatMap(([file, all]) => {
    const claimants = [...new Set(all.map(({ one }) => one))]
    if (claimants.length < 2) return []
    const message = `would be written for ${claimants.map(({ target }) => target.title).join(' and for ')}`
    return { file, message, hint: `change ${claimants.map(settingsOf).join(', or ')}` }
  })
}

function settingsOf({ name, target }: Rendered): string {
  return `${target.pathKeys.join(' or ')} in [targets.${name}]`
}
