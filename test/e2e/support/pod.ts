/** Runs the containers of a pod through CRI, with the requests that a kubelet sends for its manifest. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Container, PodSpec, SecurityContext } from 'kubernetes-types/core/v1.js'
import { eventually } from '../../support/watching.ts'
import type { CallCri } from './cri.ts'

export interface RunningContainer {
  readonly pid: number
  log(): Promise<string>
  /** Its exit code, when it has ended. */
  ended(): Promise<number>
  /** SIGTERM, and SIGKILL after the grace period of the pod; its exit code. */
  stop(): Promise<number>
}

export interface Pod {
  start(container: Container): Promise<RunningContainer>
  /** Stops all of it. */
  remove(): Promise<void>
}

interface Status {
  readonly status: { readonly state: number; readonly exit_code: number; readonly reason: string }
  readonly info: { readonly info: string }
}

const [POD, CONTAINER, NODE] = [0, 1, 2]
const EXITED = 2
const GRACE_SECONDS = 30
/** The cgroup above those of all pods of this process. */
export const CGROUP = `regmirror-pods-${process.pid}`

export async function runPod(
  call: CallCri,
  node: string,
  spec: PodSpec,
  volumes: ReadonlyMap<string, string>,
): Promise<Pod> {
  const uid = `pod-${performance.now()}`
  const options = { network: spec.hostNetwork ? NODE : POD, pid: spec.hostPID ? NODE : CONTAINER, ipc: POD }
  const sandbox = {
    metadata: { name: uid, uid, namespace: 'regmirror' },
    log_directory: `/var/log/pods/${uid}`,
    linux: {
      cgroup_parent: `/${CGROUP}`,
      security_context: { namespace_options: options, seccomp: seccompOf(spec.securityContext) },
    },
  }
  await fs.mkdir(path.join(node, sandbox.log_directory), { recursive: true })
  const runtime = <T>(method: string, request: object) => call<T>('RuntimeService', method, request)
  const { pod_sandbox_id } = await runtime<{ pod_sandbox_id: string }>('RunPodSandbox', { config: sandbox })
  return {
    start: async container => {
      const config = configOf(container, spec, volumes, options)
      const request = { pod_sandbox_id, config, sandbox_config: sandbox }
      const { container_id } = await runtime<{ container_id: string }>('CreateContainer', request)
      await runtime('StartContainer', { container_id })
      const logFile = path.join(node, sandbox.log_directory, `${container.name}.log`)
      return await runningContainer(call, container_id, logFile, spec)
    },
    remove: async () => {
      await runtime('StopPodSandbox', { pod_sandbox_id })
      await runtime('RemovePodSandbox', { pod_sandbox_id })
    },
  }
}

async function runningContainer(
  call: CallCri,
  container_id: string,
  logFile: string,
  { terminationGracePeriodSeconds = GRACE_SECONDS }: PodSpec,
): Promise<RunningContainer> {
  const status = () => call<Status>('RuntimeService', 'ContainerStatus', { container_id, verbose: true })
  const log = () => fs.readFile(logFile, 'utf8')
  const ended = async () => {
    const find = async () => ((await status()).status.state === EXITED ? await status() : undefined)
    return (await eventually(find, () => 'the container still runs')).status.exit_code
  }
  const stop = async () => {
    await call('RuntimeService', 'StopContainer', { container_id, timeout: terminationGracePeriodSeconds })
    return await ended()
  }
  return { pid: JSON.parse((await status()).info.info).pid, log, ended, stop }
}

function configOf(
  container: Container,
  spec: PodSpec,
  volumes: ReadonlyMap<string, string>,
  namespace_options: object,
): object {
  const { name, image = '', env = [], volumeMounts = [], resources, securityContext = {} } = container
  const values = new Map(env.map(({ name, value = '' }) => [name, value]))
  const expand = (text: string) => text.replace(/\$\((\w+)\)/g, (whole, key) => values.get(key) ?? whole)
  const mounts = volumeMounts.map(({ name, mountPath, readOnly = false }) => ({
    ...{ container_path: mountPath, readonly: readOnly, host_path: volumes.get(name) },
  }))
  return {
    metadata: { name },
    image: { image },
    command: container.command ?? [],
    args: (container.args ?? []).map(expand),
    envs: env.map(({ name, value = '' }) => ({ key: name, value })),
    mounts,
    log_path: `${name}.log`,
    linux: {
      resources: { memory_limit_in_bytes: bytesOf(resources?.limits?.memory) },
      security_context: { ...securityOf(securityContext, spec), namespace_options },
    },
  }
}

function securityOf(own: SecurityContext, { securityContext: ofPod = {} }: PodSpec): object {
  return {
    capabilities: {
      add_capabilities: own.capabilities?.add ?? [],
      drop_capabilities: own.capabilities?.drop ?? [],
    },
    run_as_user: { value: own.runAsUser ?? ofPod.runAsUser ?? 0 },
    run_as_group: { value: own.runAsGroup ?? ofPod.runAsGroup ?? 0 },
    readonly_rootfs: own.readOnlyRootFilesystem ?? false,
    no_new_privs: own.allowPrivilegeEscalation === false,
    seccomp: seccompOf(own.seccompProfile ? own : ofPod),
  }
}

/** Without a profile, a container is unconfined. */
function seccompOf(context: { readonly seccompProfile?: { readonly type: string } } = {}): object {
  return { profile_type: context.seccompProfile?.type === 'RuntimeDefault' ? 0 : 1 }
}

/** Of a quantity in MiB; 0 is no limit. */
function bytesOf(quantity = '0Mi'): number {
  const mebibytes = /^(\d+)Mi$/.exec(quantity)?.[1]
  if (mebibytes === undefined) throw new Error(`not in MiB: ${quantity}`)
  return Number(mebibytes) * 2 ** 20
}
