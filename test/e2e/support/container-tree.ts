/** What an image build makes of a Containerfile that only copies files and sets the command. */
import fs from 'node:fs/promises'
import path from 'node:path'

export interface ContainerTree {
  readonly entrypoint: readonly string[]
  readonly env: readonly string[]
}

/** Writes the files of the last stage. `stages` are the folders that it copies from, `''` the build context. */
export async function makeContainerTree(
  containerfile: string,
  stages: Readonly<Record<string, string>>,
  tree: string,
): Promise<ContainerTree> {
  const lines = (await fs.readFile(containerfile, 'utf8'))
    .split('\n')
    .filter(line => !/^(#|ARG|$)/.test(line))
  const last = lines.slice(lines.indexOf('FROM scratch') + 1)
  const found = { entrypoint: [] as string[], env: [] as string[] }
  for (const line of last) {
    const [, from = '', source = '', target = ''] = /^COPY (?:--from=(\w+) )?(\S+) (\S+)$/.exec(line) ?? []
    if (line.startsWith('ENV ')) found.env.push(line.slice(4))
    else if (line.startsWith('ENTRYPOINT ')) found.entrypoint.push(...JSON.parse(line.slice(11)))
    else await copyFile(path.join(stages[from] ?? `/no stage for: ${line}`, source), path.join(tree, target))
  }
  return found
}

/** A link is copied as the file that it names. */
async function copyFile(from: string, to: string): Promise<void> {
  await fs.mkdir(path.dirname(to), { recursive: true })
  await fs.copyFile(await fs.realpath(from), to)
}
