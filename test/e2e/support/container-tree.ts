/** What an image build makes of a Containerfile that only copies files and sets the command. */
import fs from 'node:fs/promises'
import path from 'node:path'

export interface ContainerTree {
  readonly entrypoint: readonly string[]
  readonly env: readonly string[]
}

/** A file of the image. `from` is the stage that has the source; undefined: the build context. */
export interface Copied {
  readonly from?: string
  readonly source: string
  readonly target: string
}

/** The files that the image for an architecture has. */
export async function readCopies(containerfile: string, arch: string): Promise<readonly Copied[]> {
  const lines = stageLines(await fs.readFile(containerfile, 'utf8'), arch)
  return lines.flatMap(line => {
    const [match, from, source = '', target = ''] =
      /^COPY (?:--from=(\w+) |--chmod=755 )?(\S+) (\S+)$/.exec(line) ?? []
    return match === undefined ? [] : [{ ...(from && { from }), source, target }]
  })
}

/** Writes the files of the image. `find` gives the path of each of them on this machine. */
export async function makeContainerTree(
  containerfile: string,
  arch: string,
  find: (copied: Copied) => string,
  tree: string,
): Promise<ContainerTree> {
  for (const copied of await readCopies(containerfile, arch))
    await copyFile(find(copied), path.join(tree, copied.target))
  const last = stageLines(await fs.readFile(containerfile, 'utf8'), 'image')
  const valuesOf = (word: string) =>
    last.filter(line => line.startsWith(word)).map(line => line.slice(word.length))
  return { entrypoint: JSON.parse(valuesOf('ENTRYPOINT ')[0] ?? '[]'), env: valuesOf('ENV ') }
}

/** The lines of the stage with this name, or on this base. */
function stageLines(text: string, name: string): readonly string[] {
  const stages = text.split(/^FROM /m).slice(1)
  const [, ...lines] =
    stages.find(stage => (stage.split('\n')[0] ?? '').split(' ').includes(name))?.split('\n') ?? []
  return lines
}

/** A link is copied as the file that it names. */
async function copyFile(from: string, to: string): Promise<void> {
  await fs.mkdir(path.dirname(to), { recursive: true })
  await fs.copyFile(await fs.realpath(from), to)
}
