/** Reports that something in a directory may have changed. The only importer of chokidar. */
import path from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { isTemporary } from '../../system/temporary-name.ts'

export interface DirectoryWatcher {
  /** Watches these directories, one level deep, and no others. */
  watch(directories: readonly string[]): void
  close(): Promise<void>
}

/** Changes within that time are reported together: the rename of an editor, the swap of a ConfigMap. */
const SETTLE_MS = 100
/** Between two reports: a file beside the list may change all the time. */
const PAUSE_MS = 1000

/**
 * `onChange` gets the paths that changed; the kind of event is not reliable. `onError` is called once, with the first
 * error: directories that cannot be watched are checked every minute.
 */
export function openDirectoryWatcher(
  onChange: (paths: readonly string[]) => void,
  onError: (error: unknown) => void = () => {},
): DirectoryWatcher {
  const changes = openChanges(onChange)
  const watcher: FSWatcher = watch([], { ignoreInitial: true, depth: 1, followSymlinks: false })
  let hasFailed = false
  watcher
    .on('all', (_event, file) => changes.add(file))
    .on('error', error => {
      if (!hasFailed) onError(error)
      hasFailed = true
    })
  // chokidar does not report a file that a directory replaces, nor a new mode; the kernel reports both.
  watcher.on('raw', (_event, name, where) => {
    const { watchedPath } = where as { readonly watchedPath: string }
    changes.add(path.join(watchedPath, name ?? ''))
  })
  let watched: readonly string[] = []
  return {
    watch: directories => {
      const next = [...new Set(directories)]
      const removed = watched.filter(directory => !next.includes(directory))
      const added = next.filter(directory => !watched.includes(directory))
      if (removed.length > 0) watcher.unwatch(removed)
      if (added.length > 0) watcher.add(added)
      // It may have changed before the watch began.
      for (const directory of added) changes.add(directory)
      watched = next
    },
    close: async () => {
      changes.stop()
      await watcher.close()
    },
  }
}

/** Collects paths, and reports them together. */
function openChanges(onChange: (paths: readonly string[]) => void) {
  let changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let reportedAt = Number.NEGATIVE_INFINITY
  const report = () => {
    timer = undefined
    reportedAt = performance.now()
    const paths = [...changed]
    changed = new Set()
    onChange(paths)
  }
  return {
    add: (file: string) => {
      if (isTemporary(path.basename(file))) return
      changed.add(file)
      timer ??= setTimeout(report, Math.max(SETTLE_MS, reportedAt + PAUSE_MS - performance.now()))
    },
    stop: () => clearTimeout(timer),
  }
}
