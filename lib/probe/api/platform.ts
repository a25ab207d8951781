/** Which entries of an index a runtime fetches for the platform of this machine (containerd/platforms). Pure. */
import type { Descriptor, WrittenPlatform } from './manifest.ts'

interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant: string
}

/** The names of Go for what Node calls otherwise. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

/** `linux/amd64` for an architecture of Node. */
export function platformName(arch: string): string {
  return `linux/${GO_ARCHITECTURES[arch] ?? arch}`
}

/**
 * The entries that a runtime fetches; the entry that it runs comes first. An entry without a platform fits every platform, and
 * comes last. `all`: every entry of exactly this platform, as the transfer service fetches them (core/transfer/image
 * imagestore.go@v2.1.9); else one, which may be of an older architecture (pull.go LimitManifests@v1.7.24).
 */
export function selectEntries(
  entries: readonly Descriptor[],
  arch: string,
  all: boolean,
): readonly Descriptor[] {
  const compatible = compatiblePlatforms(arch)
  const rank = ({ platform }: Descriptor) =>
    platform === undefined ? compatible.length : compatible.findIndex(one => matches(one, platform))
  const fitting = entries.filter(entry => rank(entry) >= 0).toSorted((a, b) => rank(a) - rank(b))
  if (!all) return fitting.slice(0, 1)
  // What it runs is chosen among all that fit; it is missing if it was not fetched.
  const isFetched = (entry: Descriptor) => rank(entry) === 0 || entry.platform === undefined
  return fitting[0] !== undefined && isFetched(fitting[0]) ? fitting.filter(isFetched) : []
}

/** Whether an image with this config runs here. */
export function fitsPlatform(platform: WrittenPlatform, arch: string): boolean {
  return compatiblePlatforms(arch).some(one => matches(one, platform))
}

/** Best first (platforms/compare.go platformVector@v1.6.20). */
function compatiblePlatforms(arch: string): readonly Platform[] {
  const own = normalize({ os: 'linux', architecture: GO_ARCHITECTURES[arch] ?? arch })
  const other = (architecture: string, variant = '') => ({ os: 'linux', architecture, variant })
  if (own.architecture === 'amd64') return [own, other('386')]
  const arm = ['v8', 'v7', 'v6', 'v5'].map(variant => other('arm', variant))
  if (own.architecture === 'arm64') return [own, ...arm]
  return own.architecture === 'arm' ? arm.slice(1) : [own]
}

function matches(one: Platform, platform: WrittenPlatform): boolean {
  const { os, architecture, variant } = normalize(platform)
  return one.os === os && one.architecture === architecture && one.variant === variant
}

/** platforms/database.go normalizeOS, normalizeArch. */
function normalize({ os, architecture = '', variant = '' }: WrittenPlatform): Platform {
  const [arch, own] = [architecture.toLowerCase(), variant.toLowerCase()]
  return { os: (os || 'linux').toLowerCase(), ...normalizeArchitecture(arch, own) }
}

function normalizeArchitecture(architecture: string, variant: string): Omit<Platform, 'os'> {
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: '' }
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? '' : variant }
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: ['8', 'v8'].includes(variant) ? '' : variant }
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' }
    case 'armel':
      return { architecture: 'arm', variant: 'v6' }
    case 'arm':
      return { architecture, variant: /^[5-8]?$/.test(variant) ? `v${variant || 7}` : variant }
  }
  return { architecture, variant }
}
