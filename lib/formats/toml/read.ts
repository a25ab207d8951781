/** The second reader of TOML, by which what we write is proved. The only importer of @iarna/toml. */
import TOML from '@iarna/toml'

/** The value of a document. Throws on what is not TOML 1.0. */
export function readToml(text: string): Record<string, unknown> {
  return TOML.parse(text)
}
