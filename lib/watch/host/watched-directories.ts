/** Which directories a watcher watches: those of the list, of the files it names, and of what regmirror has written. */
import path from 'node:path'
import { listDirectories } from '../../list/list-directories.ts'
import { Failure } from '../../model/errors.ts'
import type { State } from '../../ownership/state.ts'
import { openReader, type Reader } from '../../system/reader.ts'
import type { Work } from './reconcile-node.ts'

/** Those that exist, as paths on this machine. `listFile` is the list that was read last, if any. */
export async function findWatchedDirectories(
  listFile: string | undefined,
  state: State,
  work: Pick<Work, 'node' | 'options' | 'world'>,
): Promise<readonly string[]> {
  const here = openReader('/')
  const onNode = (directory: string) => path.join(work.node.root, directory)
  const directories = [
    ...(await directoriesOfList(listFile ?? work.options.file, here)),
    ...listDirectories(work.world, work.options.root).map(onNode),
    ...work.options.allowFilesFrom,
    ...(work.world.env.CREDENTIALS_DIRECTORY ? [work.world.env.CREDENTIALS_DIRECTORY] : []),
    ...managedDirectories(state).map(onNode),
  ]
  const found = await Promise.all(directories.map(async one => (await here.facts(one))?.type === 'directory'))
  return directories.filter((_, i) => found[i])
}

/** A file that is regmirror's in whole lies in a directory that may come and go. */
function managedDirectories({ files }: State): readonly string[] {
  return Object.entries(files).flatMap(([file, { owns }]) => {
    const directory = path.dirname(file)
    return owns === 'whole' ? [directory, path.dirname(directory)] : [directory]
  })
}

/** A link may lead to a list in another directory. */
async function directoriesOfList(listFile: string | undefined, here: Reader): Promise<readonly string[]> {
  if (listFile === undefined || listFile === 'stdin') return []
  const file = path.resolve(listFile)
  return [file, await resolveLinks(file, here)].map(one => path.dirname(one))
}

/** The file itself where its links lead nowhere: reading the list reports that. */
async function resolveLinks(file: string, here: Reader): Promise<string> {
  return await here.real(file).catch(error => {
    if (!(error instanceof Failure)) throw error
    return file
  })
}
