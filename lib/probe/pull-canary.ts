/** A pull, loaded with the first one: most lists have no canary. */
import type { pull } from './api/pull.ts'

export const pullCanary: typeof pull = async (...request) => {
  const { pull } = await import('./api/pull.ts')
  return await pull(...request)
}
