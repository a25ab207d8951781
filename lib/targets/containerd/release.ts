/** Releases of containerd, and what they support. Pure. */
import { atLeast, parseRelease, type Release } from '../release.ts'

/** Reads the output of `containerd --version`: `containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+b1`. */
export function parseVersionOutput(text: string): Release | undefined {
  // k3s is one program under many names.
  if (!/^containerd\b/.test(text)) return undefined
  const word = text.split(/\s+/).find(part => /^v?\d+\.\d+/.test(part))
  return word === undefined ? undefined : parseRelease(word)
}

/** Whether its rules are known: those of 2.4 by its source. */
export function isTested(generation: Release): boolean {
  return atLeast(generation, '1.6.0') && !atLeast(generation, '2.5.0')
}
