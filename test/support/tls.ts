/** Keys and certificates of mirrors in tests; `probe/tls/README.md` describes each. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

const FOLDER = path.join(import.meta.dirname, '../probe/tls')

export const pem = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8')

/** A server with the names that tests use. */
export const TLS = { key: pem('server-key.pem'), cert: pem('server.pem') }
