/** A list in which only the server resolves tags. Pure. */
import { mayResolve, type Registry } from '../../model/registry.ts'

/** Undefined: a mirror resolves tags too, or there is no mirror. Without a fallback, the list is invalid then. */
export function onlyServerResolves({ name, mirrors, fallback }: Registry): string | undefined {
  if (!fallback || mirrors.length === 0 || mirrors.some(mayResolve)) return undefined
  const server =
    name === '*'
      ? 'only the server of each registry resolves its tags'
      : `only the server resolves tags of ${name}`
  return `${server}: where it is not reachable, pulls by tag fail; add "resolve" to capabilities of a mirror that you trust`
}
