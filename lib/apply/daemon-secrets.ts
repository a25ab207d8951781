/** What a daemon says, without the secrets of the files that it reads. */
import { withoutSecrets } from '../formats/secrets.ts'
import { hideCredentials } from '../model/hide-credentials.ts'
import type { Reader } from '../system/reader.ts'
import type { Journal } from './journal-format.ts'
import { temporariesOf } from './swap.ts'

/** Of the old and the new files of a run. */
export async function secretHider(
  { swaps }: Pick<Journal, 'swaps'>,
  node: Reader,
): Promise<(text: string) => string> {
  const files = swaps.flatMap(swap => ('files' in swap ? [] : [swap.path, ...temporariesOf(swap)]))
  const texts: string[] = []
  for (const file of files) texts.push((await node.read(file))?.toString('utf8') ?? '')
  return said => hideCredentials(texts.reduce((left, text) => withoutSecrets(left, text, 'toml'), said))
}
