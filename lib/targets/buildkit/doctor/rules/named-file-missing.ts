/**
 * A certificate or key that does not exist: every pull of a registry that uses the host fails, from its own server too
 * (util/resolver/resolver.go:97-111@v0.32.2), and docker buildx creates no builder. A relative path starts at the working
 * directory of buildkitd. Pure.
 */
import path from 'node:path'
import type { Found, Rule } from '../../../rule.ts'
import { namedFiles } from '../named-files.ts'
import type { ObservedBuildkit } from '../observe-node.ts'

export const namedFileMissing: Rule<ObservedBuildkit> = {
  code: 'named_file_missing',
  severity: 'error',
  also: { warning: 'where its path is relative' },
  part: 'config',
  title: 'a certificate or key that `buildkitd.toml` names does not exist',
  find: ({ snapshot: { file }, named }) => {
    if (file === undefined) return []
    return namedFiles(file).flatMap(({ host, key, path: at, at: place }): readonly Found[] => {
      const line = file.locateKey(place)?.line ?? file.locateKey(place.slice(0, 3))?.line
      const where = { file: file.path, ...(line !== undefined && { line }), registry: host }
      if (at === '') return []
      if (!path.posix.isAbsolute(at)) return [{ ...where, ...relative(key, at) }]
      if (named.get(at) !== undefined) return []
      return [
        {
          ...where,
          about: [at],
          problem: `${key} of ${host} names ${at}, which does not exist`,
          consequence: 'BuildKit fails every pull that may contact this host, from the registry itself too',
          cure: `put the file there, or remove ${key}; then restart buildkitd`,
        },
      ]
    })
  },
}

function relative(key: string, at: string): Omit<Found, 'file'> {
  return {
    severity: 'warning',
    problem: `${key} names ${at}, a relative path`,
    consequence: 'BuildKit looks for it in the directory where buildkitd was started',
    cure: 'write an absolute path; then restart buildkitd',
  }
}
