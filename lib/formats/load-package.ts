/**
 * Packages that most runs do not need and that take long to load, loaded at their first use. In a bundle each is a script of
 * its own.
 */
import { createRequire } from 'node:module'

export const loadPackage = createRequire(import.meta.url)
