/** Finds bind mounts of this machine, such as its `/dev`, below a directory. Pure. */
import path from 'node:path'

interface Mount {
  /** The path at which it is mounted. */
  readonly point: string
  /** `major:minor` of its file system. */
  readonly device: string
  /** The directory of the file system that is mounted. */
  readonly part: string
}

/**
 * Mount points below `top`, as seen from it, of files that are also mounted outside it. `mountinfo` is the text of
 * /proc/self/mountinfo (proc_pid_mountinfo(5)); `top` has no links in it.
 */
export function findHostMounts(top: string, mountinfo: string): readonly string[] {
  const mounts = mountinfo.split('\n').flatMap(parseMount)
  const within = mounts.filter(({ point }) => isBelow(top, point) && point !== top)
  const outside = mounts.filter(({ point }) => !isBelow(top, point))
  return within
    .filter(({ device, part }) => outside.some(other => other.device === device && isBelow(other.part, part)))
    .map(({ point }) => path.posix.join('/', path.posix.relative(top, point)))
}

/** The innermost of these mount points that contains a path. */
export function findMount(points: readonly string[], file: string): string | undefined {
  return points.filter(point => isBelow(point, file)).reduce<string | undefined>(longer, undefined)
}

function longer(one: string | undefined, other: string): string {
  return one !== undefined && one.length >= other.length ? one : other
}

function parseMount(line: string): Mount[] {
  const [, , device, part, point] = line.split(' ')
  if (device === undefined || part === undefined || point === undefined) return []
  return [{ device, part: unescaped(part), point: unescaped(point) }]
}

/** The kernel writes spaces, tabs, newlines and backslashes in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}

function isBelow(directory: string, file: string): boolean {
  return file === directory || file.startsWith(directory === '/' ? '/' : `${directory}/`)
}
