/** Remembers what was made of the last few texts: a plan and its proof read the same files several times. */

const MOST = 4

/**
 * The same function, which makes nothing twice for one of the last few texts. A result that is no longer used may be
 * freed in between: the syntax tree of a large file takes much memory.
 */
export function rememberRecent<T extends object>(make: (text: string) => T): (text: string) => T {
  const recent: { readonly text: string; readonly made: WeakRef<T> }[] = []
  return text => {
    const index = recent.findIndex(entry => entry.text === text)
    const known = index === -1 ? undefined : recent[index]?.made.deref()
    if (known !== undefined) return known
    if (index !== -1) recent.splice(index, 1)
    const made = make(text)
    recent.unshift({ text, made: new WeakRef(made) })
    recent.length = Math.min(recent.length, MOST)
    return made
  }
}
