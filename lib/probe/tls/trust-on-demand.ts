/** TLS, loaded with the first host over https: a list may hold plain http only. */
import type { Roots } from './system-roots.ts'
import type { Trust } from './tls-context.ts'

/** As openTrust; `readRoots` gives the same array for as long as the certificates of the system are the same. */
export function openTrustOnDemand(now: () => number, readRoots: () => Promise<Roots>): Trust {
  let opened: { readonly roots: Roots; readonly trust: Trust } | undefined
  return async (settings, client) => {
    const { openTrust } = await loadTls()
    const roots = await readRoots()
    if (opened?.roots !== roots) opened = { roots, trust: openTrust(now, roots) }
    return await opened.trust(settings, client)
  }
}

/** With the handshake, so that the first one is not measured with the time to load it. */
async function loadTls() {
  const [context] = await Promise.all([import('./tls-context.ts'), import('./start-tls.ts')])
  return context
}
