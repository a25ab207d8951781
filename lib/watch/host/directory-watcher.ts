/** Tells that something may have changed in a directory. The only importer of chokidar. */
import path from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { isTemporary } from '../../system/temporary-name.ts'

export interface Eyes {
  /** Looks at these directories, one level deep, and at no others any more. */
  attend(directories: readonly string[]): void
  close(): Promise<void>
}

/** Several changes within that time are one: an editor's rename, a ConfigMap's swap. */
const SETTLE_MS = 100
/** Between two looks: what changes all the time beside the list is not worth a look each time. */
const APART_MS = 1000

/**
 * `onBlind` is called with the first error: what cannot be watched is looked at every minute.
 * `onChange` is given the paths that changed; which event it was does not matter, and is not to be relied on.
 */
export function openDirectoryWatcher(
  onChange: (paths: readonly string[]) => void,
  onBlind: (error: unknown) => void = () => {},
): Eyes {
  let changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let looked = Number.NEGATIVE_INFINITY
  const settle = () => {
    timer = undefined
    looked = performance.now()
    const paths = [...changed]
    changed = new Set()
    onChange(paths)
  }
  const seen = (_event: string, file: string) => {
    if (isTemporary(path.basename(file))) return
    changed.add(file)
    timer ??= setTimeout(settle, Math.max(SETTLE_MS, looked + APART_MS - performance.now()))
  }
  const eyes: FSWatcher = watch([], { ignoreInitial: true, depth: 1, followSymlinks: false })
  let blind = false
  eyes.on('all', seen).on('error', error => {
    if (!blind) onBlind(error)
    blind = true
  })
  // A file that a folder takes the place of is no change to chokidar, nor is another mode; to the kernel both are.
  eyes.on('raw', (event, name, where) => {
    const { watchedPath } = where as { readonly watchedPath: string }
    seen(event, path.join(watchedPath, name ?? ''))
  })
  let attended: readonly string[] = []
  return {
    attend: directories => {
      const wanted = [...new Set(directories)]
      const gone = attended.filter(directory => !wanted.includes(directory))
      const fresh = wanted.filter(directory => !attended.includes(directory))
      if (gone.length > 0) eyes.unwatch(gone)
      if (fresh.length > 0) eyes.add(fresh)
      // What changes before it sees is found by one more look.
      for (const directory of fresh) seen('', directory)
      attended = wanted
    },
    close: async () => {
      clearTimeout(timer)
      await eyes.close()
    },
  }
}
