/** Requests pages from a running watcher. */
import { eventually, type Watching } from './watching.ts'

export const SERVING = ['--listen', '127.0.0.1:0'] as const

export interface Served {
  readonly code: number
  readonly body: string
}

export interface Pages {
  get(path: string): Promise<Served>
  /** Waits for a page with this status and body. */
  until(path: string, code: number, body?: RegExp): Promise<Served>
}

/** Waits until the watcher listens. */
export async function pagesOf(watcher: Watching): Promise<Pages> {
  const line = await watcher.until(/listening at/)
  const [origin = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
  const get = async (path: string) => {
    const response = await fetch(origin + path)
    return { code: response.status, body: await response.text() }
  }
  const until: Pages['until'] = async (path, code, body = /^/) => {
    let last: Served | undefined
    return await eventually(
      async () => {
        last = await get(path)
        return last.code === code && body.test(last.body) ? last : undefined
      },
      () => `${path}: ${last?.code} ${last?.body} instead of ${code} ${body}`,
    )
  }
  return { get, until }
}
