/** What a plan says of Docker: where its mirrors are, and what it does with them that a list does not say. Pure. */
import { locateJson } from '../../formats/json/locate.ts'
import { stringsIn } from '../../formats/table-values.ts'
import { hideCredentials } from '../../model/hide-credentials.ts'
import { isLoopback, type Mirror, type Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { onOneLine } from '../../wording/printable.ts'
import { isSameLine } from '../release.ts'
import { hostOf, mirrorUrl } from './config.ts'
import { MIRRORS } from './daemon-json.ts'
import { findDaemon } from './daemon-state.ts'
import { type Form, formOf } from './form.ts'
import { notice } from './notice.ts'
import type { DockerSnapshot } from './snapshot.ts'

export function notices(registries: readonly Registry[], snapshot: DockerSnapshot): readonly Notice[] {
  const hub = registries.find(({ name }) => name === 'docker.io')
  return [
    ...daemonNotices(snapshot),
    ...releaseNotices(snapshot),
    ...storeNotices(registries, snapshot),
    ...(hub === undefined ? [] : [...replacedNotices(hub, snapshot), ...hubNotices(hub, snapshot)]),
    ...criNotices(snapshot),
    ...unreadableNotices(snapshot),
  ]
}

/** Those about what runs; explain has them too. */
export function daemonNotices(snapshot: DockerSnapshot): readonly Notice[] {
  const { daemons, config } = snapshot
  const isAbsent = findDaemon(snapshot).state === 'absent'
  const absent =
    'Docker is not installed on this node; the files are written for when it is (in a container, regmirror sees the processes of the node only with hostPID: true)'
  const others = daemons.others.map(({ pid, config: read }) =>
    notice('other_config', `dockerd (process ${pid}) reads ${onOneLine(read)}, not ${config.path}`),
  )
  const doubted = daemons.doubted.slice(0, 3).map(({ pid, why }) => `process ${pid} ${onOneLine(why)}`)
  return [
    ...(isAbsent ? [notice('daemon_absent', absent)] : []),
    ...others,
    ...(doubted.length === 0
      ? []
      : [
          notice(
            'daemon_ignored',
            `regmirror ignores dockerd processes that it does not trust: ${doubted.join('; ')}`,
          ),
        ]),
  ]
}

function releaseNotices({ release, installed }: DockerSnapshot): readonly Notice[] {
  if (release === undefined) {
    const message =
      'the Docker version is unknown, so regmirror writes hosts.toml, which Docker reads from version 28, and daemon.json; set version in [targets.docker], such as version = "28.5"'
    return [notice('version_unknown', message)]
  }
  if (installed === undefined || isSameLine(release, installed)) return []
  const message = `version = "${release.name}" in the list, but this node has Docker ${installed.name}; set version = "${installed.name}", or remove it`
  return [notice('version_mismatch', message)]
}

function storeNotices(registries: readonly Registry[], snapshot: DockerSnapshot): readonly Notice[] {
  if (registries.length === 0) return []
  const { chosen } = snapshot
  const text = placesText(formOf(snapshot))
  if (chosen !== undefined) {
    const { store, because } = chosen
    return [notice('docker_store', `Docker has the ${store} image store (${because}): ${text}`)]
  }
  const message = `the image store of Docker is unknown, so ${text}; set store in [targets.docker] to "graphdriver" or "containerd"`
  return [notice('docker_store_unknown', message)]
}

function placesText({ hostsToml, daemonMirrors }: Form): string {
  if (!hostsToml) return 'mirrors of docker.io are in daemon.json'
  if (!daemonMirrors)
    return 'mirrors are in hosts.toml; daemon.json has none, because one that is not verified there would turn off verification for all of them'
  return 'mirrors of docker.io are in daemon.json for docker pull, and mirrors of every registry in hosts.toml for docker build'
}

/** Mirrors that other people or programs have set, and that the list does not have. */
function replacedNotices(
  { mirrors }: Registry,
  { json, config, ownMirrors }: DockerSnapshot,
): readonly Notice[] {
  const listed = mirrors.map(({ base }) => mirrorUrl(base))
  const old = stringsIn(json?.value[MIRRORS]).filter(
    url => !listed.includes(url.replace(/\/+$/, '')) && !ownMirrors.includes(url),
  )
  if (json === undefined || old.length === 0) return []
  const urls = old.map(url => onOneLine(hideCredentials(url))).join(', ')
  const message = `${MIRRORS} has mirrors that the list does not have: ${urls}; regmirror removes them there and keeps the original; to keep them, add them to docker.io in the list`
  const line = locateJson(json.text, [MIRRORS])?.line
  return [
    {
      ...notice('value_replaced', message),
      ...{ registry: 'docker.io', file: config.path },
      ...(line !== undefined && { line }),
    },
  ]
}

function hubNotices(hub: Registry, snapshot: DockerSnapshot): readonly Notice[] {
  if (!formOf(snapshot).daemonMirrors) return []
  return [
    ...credentialNotices(hub),
    ...hub.mirrors.flatMap(mirror => [
      ...sharedHostNotices(mirror, hub),
      ...(mirror.skipVerify && mirror.client !== undefined ? [clientNotice(mirror)] : []),
    ]),
  ]
}

/** registry/auth.go:41-55@v28.5.2: the credentials of docker.io, whatever host requests them. */
function credentialNotices({ mirrors }: Registry): readonly Notice[] {
  const hosts = mirrors.map(hostOf).filter(host => !isLoopback(host))
  if (hosts.length === 0) return []
  const message = `Docker sends the credentials of Docker Hub to a mirror that requests credentials: ${[...new Set(hosts)].join(', ')}; use mirrors that you trust with them, or log out of Docker Hub: docker logout`
  return [{ ...notice('hub_credentials_sent', message), registry: 'docker.io' }]
}

function clientNotice(mirror: Mirror): Notice {
  const message =
    'Docker sends no client certificate to a host that it does not verify; remove skip_verify, and set ca'
  return { ...notice('client_ignored', message), registry: 'docker.io', mirror: mirrorUrl(mirror.base) }
}

function sharedHostNotices(mirror: Mirror, { mirrors }: Registry): readonly Notice[] {
  const other = mirrors.find(one => one.skipVerify && hostOf(one) === hostOf(mirror))
  if (mirror.skipVerify || other === undefined) return []
  const message = `Docker does not verify this mirror either, because ${mirrorUrl(other.base)} with skip_verify has the same host; remove skip_verify there`
  return [{ ...notice('host_not_verified', message), registry: 'docker.io', mirror: mirrorUrl(mirror.base) }]
}

/** cri-dockerd calls the API of Docker (core/image.go:146@v0.4.3). */
function criNotices(snapshot: DockerSnapshot): readonly Notice[] {
  const { criDockerd } = snapshot
  if (criDockerd === undefined) return []
  const rest = formOf(snapshot).daemonMirrors
    ? ', which has mirrors for docker.io only with this image store: pods pull from every other registry without a mirror; use the containerd image store of Docker 28 or later: "features": {"containerd-snapshotter": true} in daemon.json, then restart Docker'
    : ''
  return [notice('cri_dockerd', `cri-dockerd (${onOneLine(criDockerd)}) pulls through Docker${rest}`)]
}

function unreadableNotices({ unreadable }: DockerSnapshot): readonly Notice[] {
  return unreadable.map(({ path, why }) => ({
    ...notice('file_unreadable', `${why}; its registry is not in the list, so regmirror does not change it`),
    file: path,
  }))
}
