/**
 * A client of the CRI, by which a kubelet pulls: the only way to pull that proves that containerd's config.toml is in
 * effect.
 */
import path from 'node:path'
import * as grpc from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

/** Tests must not hang on a runtime that does not respond; a pull takes less than a second. */
const DEADLINE_MS = 60_000

export interface Cri {
  /** The version of the runtime. */
  version(): Promise<string>
  /** Pulls an image, and returns its id: the digest of its config. */
  pull(image: string, deadlineMs?: number): Promise<string>
  close(): void
}

/** A client of the socket at that path. It connects at the first call. */
export function connectCri(socket: string): Cri {
  const file = path.join(import.meta.dirname, 'cri.proto')
  const loaded = grpc.loadPackageDefinition(loadSync(file, { keepCase: true }))
  const { v1 } = loaded.runtime as unknown as { v1: Record<string, grpc.ServiceClientConstructor> }
  const client = (service: string) => makeClient(v1, service, socket)
  const runtime = client('RuntimeService')
  const images = client('ImageService')
  return {
    version: async () => (await call<{ runtime_version: string }>(runtime, 'Version', {})).runtime_version,
    pull: async (image, deadlineMs) =>
      (await call<{ image_ref: string }>(images, 'PullImage', { image: { image } }, deadlineMs)).image_ref,
    close: () => {
      runtime.close()
      images.close()
    },
  }
}

function makeClient(
  v1: Record<string, grpc.ServiceClientConstructor>,
  service: string,
  socket: string,
): grpc.Client {
  const Client = v1[service]
  if (Client === undefined) throw new Error(`cri.proto has no ${service}`)
  return new Client(`unix:${socket}`, grpc.credentials.createInsecure(), {
    // Without these, gRPC uses a proxy of the environment, and shares one connection between daemons.
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    // The first retries follow in steps of this many milliseconds.
    'grpc.initial_reconnect_backoff_ms': 50,
  })
}

function call<T>(client: grpc.Client, method: string, request: object, deadlineMs = DEADLINE_MS): Promise<T> {
  const stub = (client as unknown as Record<string, (...args: unknown[]) => void>)[method]
  return new Promise((resolve, reject) => {
    const done = (error: grpc.ServiceError | null, value: T) =>
      error === null ? resolve(value) : reject(error)
    stub?.call(client, request, { deadline: Date.now() + deadlineMs }, done)
  })
}
