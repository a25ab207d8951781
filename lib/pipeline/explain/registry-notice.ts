/** A registry where an image is expected. Pure. */
import type { Notice } from '../../model/report.ts'

/** Runtimes take the port of `registry.example:5000` for a tag. */
export function registryNotice(image: string): readonly Notice[] {
  if (!/^[^/:]*\.[^/:]*:\d+$/.test(image)) return []
  const message = `${image} is explained as an image of Docker Hub; is that a registry? name an image in it: ${image}/IMAGE`
  return [{ code: 'registry_as_image', message }]
}
