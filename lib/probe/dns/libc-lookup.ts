/** Lookups by the C library (getaddrinfo), where nsswitch.conf names sources that only the C library has. */
import dns, { type LookupAddress } from 'node:dns'

/** Threads that libuv starts without UV_THREADPOOL_SIZE; a lookup occupies one until it ends. */
const DEFAULT_THREADS = 4

/** How many lookups run in parallel: libuv reserves half of its threads for slow work (src/threadpool.c@v1.x). */
export function countLibcLookups(env: Readonly<Record<string, string | undefined>>): number {
  const threads = Number.parseInt(env.UV_THREADPOOL_SIZE ?? '', 10) || DEFAULT_THREADS
  return Math.floor((Math.max(1, threads) + 1) / 2)
}

/** The addresses in the order of the C library. Cannot be cancelled. Rejects with the error of the C library. */
export function lookUpWithLibc(name: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    // Without ADDRCONFIG, as Go calls it (net/cgo_linux.go@go1.24).
    dns.lookup(name, { all: true, order: 'verbatim' }, (error, found) =>
      error ? reject(error) : resolve(found),
    )
  })
}
