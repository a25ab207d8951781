/** Secrets that a list can hold for a mirror or a server. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { secret, secretKey } from './leaks.ts'

export const fixture = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../fixtures/tls', name), 'utf8')

export const KEY = secretKey('the client key', fixture('client-key.pem'))
export const FILE = secret('the header file', '.-_~+/')
export const ROTATED = secret('the header file, rotated', '.-_~+/')
export const ENV = secret('the header variable')
export const INLINE = secret('the inline header')
export const PASSWORD = secret('the password for the server')
export const TOKEN = secret('the token', '.-_~+/=')
export const PROXY = secret('the password of the proxy')

/** A header table with the three ways to set a header. */
export const HEADER = `header = { Authorization = { file = "mirror.token" }, X-Env = { env = "MIRROR_KEY" }, X-Inline = ${JSON.stringify(INLINE.text)} }`

/** A header table whose value is made from a user and a password. */
export const BASIC_HEADER =
  'header = { Authorization = { basic = { user = "robot$r", password = { file = "server.password" } } } }'
