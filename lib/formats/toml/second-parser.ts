/** The second TOML parser, which proves what regmirror writes; loaded at its first use. The only importer of @iarna/toml. */
import { loadPackage } from '../load-package.ts'

/** The value of a document. Throws on text that is not TOML 1.0. */
export function readToml(text: string): Record<string, unknown> {
  const parser: typeof import('@iarna/toml') = loadPackage('@iarna/toml')
  return parser.parse(text)
}
