/** What Docker would contact for a pull of an image. Pure. */
import type { PullRoute } from '../../pull-route.ts'
import type { DockerSnapshot } from '../snapshot.ts'
import { placedRoute } from './route.ts'

export function endpoints(snapshot: DockerSnapshot, image: string): readonly [PullRoute] {
  const { endpoints: placed, ...route } = placedRoute(snapshot, image)
  return [{ ...route, endpoints: placed.map(({ endpoint }) => endpoint) }]
}
