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

/** Calls a method of a service. */
export type CallCri = <T>(
  service: 'RuntimeService' | 'ImageService',
  method: string,
  request: object,
  deadlineMs?: number,
) => Promise<T>

/** A client of the socket at that path. It connects at the first call. */
export function connectCri(socket: string): Cri {
  const { call, close } = openCri(socket)
  return {
    version: async () =>
      (await call<{ runtime_version: string }>('RuntimeService', 'Version', {})).runtime_version,
    pull: async (image, deadlineMs) => {
      const request = { image: { image } }
      return (await call<{ image_ref: string }>('ImageService', 'PullImage', request, deadlineMs)).image_ref
    },
    close,
  }
}

/** The same for every method that cri.proto has. */
export function openCri(socket: string): { readonly call: CallCri; readonly close: () => void } {
  const file = path.join(import.meta.dirname, 'cri.proto')
  const loaded = grpc.loadPackageDefinition(loadSync(file, { keepCase: true, longs: Number, defaults: true }))
  const { v1 } = loaded.runtime as unknown as { v1: Record<string, grpc.ServiceClientConstructor> }
  const clients = {
    RuntimeService: makeClient(v1, 'RuntimeService', socket),
    ImageService: makeClient(v1, 'ImageService', socket),
  }
  return {
    call: (service, method, request, deadlineMs) => call(clients[service], method, request, deadlineMs),
    close: () => {
      for (const client of Object.values(clients)) client.close()
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
