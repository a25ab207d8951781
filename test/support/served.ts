/** What a watcher serves, asked of the process itself. */
import { eventually, type Watching } from './watching.ts'

export const SERVING = ['--listen', '127.0.0.1:0'] as const

export interface Served {
  readonly code: number
  readonly body: string
}

export interface Pages {
  get(path: string): Promise<Served>
  /** Waits for a page that answers so. */
  until(path: string, code: number, body?: RegExp): Promise<Served>
}

/** Waits until it serves. */
export async function pagesOf(watcher: Watching): Promise<Pages> {
  const line = await watcher.until(/serving the status at/)
  const [origin = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
  const get = async (path: string) => {
    const answer = await fetch(origin + path)
    return { code: answer.status, body: await answer.text() }
  }
  const until: Pages['until'] = async (path, code, body = /^/) => {
    let last: Served | undefined
    return await eventually(
      async () => {
        last = await get(path)
        return last.code === code && body.test(last.body) ? last : undefined
      },
      () => `${path} says ${last?.code}: ${last?.body}, not ${code} ${body}`,
    )
  }
  return { get, until }
}
