/** Whether the containerd at a socket serves CRI, by the first call of every kubelet. */
import { callGrpc } from '../../system/grpc.ts'
import type { DaemonResponse } from '../daemon.ts'

const VERSION = '/runtime.v1.RuntimeService/Version'
/** containerd opens its socket when all plugins are loaded: a service that is missing then stays missing. */
const UNIMPLEMENTED = 12

export async function respond(address: string): Promise<DaemonResponse> {
  const { status, message, body } = await callGrpc(address, VERSION)
  if (status === 0) return { serves: true, proof: `CRI responds (containerd ${runtimeVersion(body)})` }
  if (status === UNIMPLEMENTED)
    return {
      serves: false,
      isFinal: true,
      problem: 'containerd runs without CRI: its CRI plugin did not load',
    }
  return { serves: false, isFinal: false, problem: `CRI does not respond at ${address}: ${message}` }
}

/** Field 3 of VersionResponse (k8s.io/cri-api/pkg/apis/runtime/v1/api.proto); every field before it is a short string. */
function runtimeVersion(body: Buffer): string {
  for (let at = 0; at + 1 < body.length; at += 2 + (body[at + 1] ?? 0))
    if (body[at] === 0x1a) return body.subarray(at + 2, at + 2 + (body[at + 1] ?? 0)).toString('utf8')
  return 'of an unknown version'
}
