/** What explain needs of Docker besides its routes. */
import type { Notice } from '../../../model/report.ts'
import type { Explainer } from '../../explainer.ts'
import { secondsOf } from '../../hosts-toml/read/go-values.ts'
import type { Conduct, PullRoute, Wait } from '../../pull-route.ts'
import type { View } from '../../view.ts'
import { INSECURE, MIRRORS } from '../daemon-json.ts'
import { exactRelease } from '../exact-release.ts'
import { formOf, knowsHostsToml } from '../form.ts'
import { notice } from '../notice.ts'
import { daemonNotices } from '../notices.ts'
import { observe } from '../observe.ts'
import type { DockerSettings } from '../settings.ts'
import type { DockerSnapshot } from '../snapshot.ts'
import { type PlacedEndpoint, placedRoute } from './route.ts'

export const dockerExplainer: Explainer<DockerSettings, DockerSnapshot> = {
  observe: (view, settings) => observe(view, [], seenSettings(view, settings)),
  version: snapshot => exactRelease(snapshot)?.name,
  notices: snapshot => [
    ...daemonNotices(snapshot).filter(({ code }) => code !== 'daemon_absent'),
    ...storeNotices(snapshot),
  ],
  startFiles: ({ config }) => (config.found === undefined ? [] : [config.path]),
  filesInUse,
  conduct,
}

/** Of another tree, a list says what cannot be seen there. */
function seenSettings({ machine }: Pick<View, 'machine'>, settings: DockerSettings): DockerSettings {
  return machine === undefined ? settings : { ...settings, version: undefined, store: undefined }
}

function storeNotices({ chosen, release, onMachine }: DockerSnapshot): readonly Notice[] {
  if (chosen !== undefined || !knowsHostsToml(release)) return []
  const remedy = onMachine ? '' : '; set version and store in [targets.docker] of a list (-f)'
  const message = `the image store of Docker is not known: what is shown is for the graph driver store; with the containerd store of Docker 28 and later, docker pull uses hosts.toml${remedy}`
  return [notice('docker_store_unknown', message)]
}

function filesInUse({ config, json, info }: DockerSnapshot): ReadonlyMap<string, Buffer> | undefined {
  if (json === undefined || info === undefined) return undefined
  const { mirrors, insecureHosts, insecureNetworks } = info
  const used = { ...json.value, [MIRRORS]: mirrors, [INSECURE]: [...insecureHosts, ...insecureNetworks] }
  return new Map([[config.path, Buffer.from(JSON.stringify(used, undefined, 2))]])
}

function conduct(snapshot: DockerSnapshot, { image }: PullRoute): readonly Conduct[] {
  if (image === undefined) return []
  const { registry, repository, reference } = image
  const name = `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`
  const { daemonMirrors } = formOf(snapshot)
  return placedRoute(snapshot, name).endpoints.map(placed => ({
    // The graph driver store sends those of docker.io to its mirrors too (registry/auth.go:41-55@v28.5.2).
    credentials: { ofPull: daemonMirrors || placed.endpoint.role === 'server' },
    waits: [daemonMirrors ? PING : waitOf(placed)],
    headers: placed.entry?.header ?? {},
  }))
}

/** The ping of an endpoint has a client with a limit (registry/auth.go:179-182@v28.5.2). */
const PING: Wait = { connectS: 15, oncePerPull: true, silent: { kind: 'next', afterS: 15 } }

/** core/remotes/docker/config/hosts.go@v2.1.3; there is no limit for the response. */
function waitOf({ endpoint, entry }: PlacedEndpoint): Wait {
  const ignored = entry?.ignoredTimeout
  return {
    connectS: secondsOf(endpoint.dialTimeout) || 30,
    ...(ignored !== undefined && { ignoredTimeout: ignored }),
    silent: { kind: 'hangs' },
  }
}
