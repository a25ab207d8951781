/** The second TOML parser, which proves what regmirror writes. The only importer of @iarna/toml. */
import TOML from '@iarna/toml'

/** The value of a document. Throws on text that is not TOML 1.0. */
export function readToml(text: string): Record<string, unknown> {
  return TOML.parse(text)
}
