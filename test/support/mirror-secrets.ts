/** Secrets that a list can hold for a mirror. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { secret, secretKey } from './leaks.ts'

export const fixture = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../fixtures/tls', name), 'utf8')

export const KEY = secretKey('the client key', fixture('client-key.pem'))
export const FILE = secret('the header file')
export const ROTATED = secret('the header file, rotated')
export const ENV = secret('the header variable')
export const INLINE = secret('the inline header')
export const TOKEN = secret('the token', '.-_~+/=')
export const PROXY = secret('the password of the proxy')

/** A header table with the three ways to set a header. */
export const HEADER = `header = { Authorization = { file = "mirror.token" }, X-Env = { env = "MIRROR_KEY" }, X-Inline = ${JSON.stringify(INLINE.text)} }`
