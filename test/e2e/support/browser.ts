/** A real browser without a window, driven over its debugging protocol on loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launcher } from './runtimes.ts'

export const BROWSER = 'chromium-headless-shell-trixie'

export interface View {
  readonly width: number
  readonly height: number
  readonly scheme: 'light' | 'dark'
}

export interface Browser extends AsyncDisposable {
  /** Opens an address as a fresh page and waits until it is loaded. */
  open(url: string, view: View): Promise<void>
  /** The value of an expression in the page; the page's own rules on scripts do not hold for it. */
  evaluate<T>(expression: string): Promise<T>
  /** A PNG of the whole page, however long it is. */
  capture(): Promise<Buffer>
}

const PATIENCE_MS = 60_000

/** Starts it with a new profile below the directory. Whatever it wants from elsewhere it asks of the proxy. */
export async function startBrowser(directory: string, proxy: string): Promise<Browser> {
  const profile = path.join(directory, 'profile')
  const child = spawn(launcher(BROWSER, 'chromium-headless-shell'), flags(profile, proxy), {
    env: { PATH: '/usr/bin:/bin', HOME: directory },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said: string[] = []
  child.stderr?.setEncoding('utf8').on('data', text => said.push(text))
  child.on('error', error => said.push(String(error)))
  try {
    const tab = await connect(await tabOf(profile, child))
    return { ...pageIn(tab), [Symbol.asyncDispose]: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw new Error(`the browser did not get ready: ${error}\n${said.join('')}`)
  }
}

function flags(profile: string, proxy: string): readonly string[] {
  const quiet = ['quic', 'background-networking', 'component-update', 'sync', 'gpu', 'default-apps']
  return [
    '--headless',
    ...quiet.map(what => `--disable-${what}`),
    '--no-first-run',
    '--hide-scrollbars',
    `--proxy-server=${proxy}`,
    `--user-data-dir=${profile}`,
    '--remote-debugging-port=0',
    'about:blank',
  ]
}

/** Where the one page of the browser is spoken to. */
async function tabOf(profile: string, child: ChildProcess): Promise<string> {
  const end = Date.now() + PATIENCE_MS
  while (Date.now() < end && child.exitCode === null && child.signalCode === null) {
    const [port] = (
      await fs.readFile(path.join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')
    ).split('\n')
    const tabs = port ? await (await fetch(`http://127.0.0.1:${port}/json/list`)).json() : []
    const page = (tabs as { type: string; webSocketDebuggerUrl: string }[]).find(
      ({ type }) => type === 'page',
    )
    if (page !== undefined) return page.webSocketDebuggerUrl
    await sleep(50)
  }
  throw new Error('it opened no page')
}

interface Tab {
  send(method: string, params?: object): Promise<Record<string, unknown>>
}

async function connect(url: string): Promise<Tab> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const answers = new Map<number, (message: Message) => void>()
  socket.addEventListener('message', ({ data }) => {
    const message: Message = JSON.parse(String(data))
    if (message.id !== undefined) answers.get(message.id)?.(message)
  })
  let last = 0
  return {
    send: async (method, params = {}) => {
      const id = ++last
      const answer = new Promise<Message>(resolve => answers.set(id, resolve))
      socket.send(JSON.stringify({ id, method, params }))
      const { result, error } = await answer
      if (result === undefined) throw new Error(`${method}: ${error?.message}`)
      return result
    },
  }
}

interface Message {
  readonly id?: number
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

function pageIn(tab: Tab): Omit<Browser, typeof Symbol.asyncDispose> {
  return {
    open: async (url, { width, height, scheme }) => {
      await tab.send('Page.enable')
      const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 }
      await tab.send('Emulation.setDeviceMetricsOverride', metrics)
      const features = [{ name: 'prefers-color-scheme', value: scheme }]
      await tab.send('Emulation.setEmulatedMedia', { features })
      // By way of an empty page: from one part of a page to another nothing would be loaded.
      for (const next of ['about:blank', new URL(url).href]) {
        await tab.send('Page.navigate', { url: next })
        await untilLoaded(next, tab)
      }
    },
    evaluate: async <T>(expression: string) => {
      const answer = await tab.send('Runtime.evaluate', { expression, returnByValue: true })
      const { value } = answer.result as { value?: unknown }
      if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails))
      return value as T
    },
    capture: async () => {
      const { cssContentSize } = await tab.send('Page.getLayoutMetrics')
      const clip = { ...(cssContentSize as object), scale: 1 }
      const { data } = await tab.send('Page.captureScreenshot', { clip, captureBeyondViewport: true })
      return Buffer.from(String(data), 'base64')
    },
  }
}

/** The event of a load does not say of which page it is, and the page before may have loaded itself again meanwhile. */
async function untilLoaded(address: string, tab: Tab): Promise<void> {
  const expression = 'document.readyState + " " + document.URL'
  for (;;) {
    // A page that is being replaced has no context to evaluate in.
    const answer = await tab.send('Runtime.evaluate', { expression, returnByValue: true }).catch(() => ({}))
    const { value } = ('result' in answer ? answer.result : {}) as { value?: unknown }
    if (value === `complete ${address}`) return
    await sleep(20)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'close')
  // It ends its own processes; one that hangs is not waited for.
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(late)
}
