/** The second TOML parser, which proves what regmirror writes; loaded at its first use. The only importer of @iarna/toml. */
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** The value of a document. Throws on text that is not TOML 1.0. */
export function readToml(text: string): Record<string, unknown> {
  const parser: typeof import('@iarna/toml') = load('@iarna/toml')
  return parser.parse(text)
}
