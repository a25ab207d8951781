/** Whether the CRI-O at a socket serves CRI, by the first call of every kubelet. */
import { callGrpc } from '../../system/grpc.ts'
import type { DaemonResponse } from '../daemon.ts'

const VERSION = '/runtime.v1.RuntimeService/Version'

/** CRI does not report the mirrors: a reload that fails is only in the log (server/server.go:619-655@v1.36.3). */
export async function respond(address: string): Promise<DaemonResponse> {
  const { status, message } = await callGrpc(address, VERSION)
  if (status === 0) return { serves: true, proof: 'CRI responds (CRI-O)' }
  return {
    serves: false,
    isFinal: false,
    responds: false,
    problem: `CRI does not respond at ${address}: ${message}`,
  }
}
