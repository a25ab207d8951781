/** What toy has, as the registries of a list. Pure. */
import { formats } from '../../../lib/formats/index.ts'
import type { ReadBack } from '../../../lib/model/read-back.ts'
import type { ToySnapshot } from './observe.ts'

export function read({ mirrors, mirrorsDir }: ToySnapshot): ReadBack {
  const registries = [...mirrors].map(([name, text]) => {
    const at = { file: `${mirrorsDir}/${encodeURIComponent(name)}.toml` }
    const urls = formats.toml.valueAt(text, ['mirrors'])
    return { name, at, mirrors: (Array.isArray(urls) ? urls : []).map(url => ({ at, url: String(url) })) }
  })
  return { registries, losses: [] }
}
