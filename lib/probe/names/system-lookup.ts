/** Lookups by the C library (getaddrinfo), where nsswitch.conf names sources that only it has. */
import dns, { type LookupAddress } from 'node:dns'

/** Threads that libuv has where UV_THREADPOOL_SIZE says nothing else; a look-up takes one until it is over. */
const DEFAULT_THREADS = 4

/** How many run at the same time: libuv gives half of its threads to what is slow (src/threadpool.c@v1.x). */
export function systemPlaces(env: Readonly<Record<string, string | undefined>>): number {
  const threads = Number.parseInt(env.UV_THREADPOOL_SIZE ?? '', 10) || DEFAULT_THREADS
  return Math.floor((Math.max(1, threads) + 1) / 2)
}

/** The addresses in the order of the C library; it cannot be cut short. Rejects with its error. */
export function systemLookup(name: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    // Without ADDRCONFIG, as Go calls it (net/cgo_linux.go@go1.24).
    dns.lookup(name, { all: true, order: 'verbatim' }, (error, found) =>
      error ? reject(error) : resolve(found),
    )
  })
}
