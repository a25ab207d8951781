/**
 * Whether the state folder can be trusted. Journal, state and originals decide which files are renamed, removed and put
 * back, and the folder may come with an image: only root, or the user who runs regmirror, may own them.
 */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import type { FileFacts } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'

/** Throws Failure `io` with everything in the state folder that is a link, or belongs to a user other than root and `uid`. */
export async function refuseForeignState(node: Reader, uid: number): Promise<void> {
  const isOthers = (facts: FileFacts | undefined) => facts !== undefined && ![0, uid].includes(facts.uid)
  const issues: Issue[] = []
  const { directory: folder, originals } = node.statePaths
  for (const directory of [folder, originals]) {
    const facts = await node.facts(directory)
    if (facts?.type !== 'directory') continue
    if (isOthers(facts)) issues.push(ownerIssue(directory, facts, node))
    for (const { name, type } of (await node.entries(directory)) ?? []) {
      const file = `${directory}/${name}`
      if (type === 'link')
        issues.push({ file, message: 'is a link, which regmirror never creates there', hint: REMOVE })
      else if (isStateFile(name)) {
        const own = await node.facts(file)
        if (isOthers(own)) issues.push(ownerIssue(file, own, node))
      }
    }
  }
  if (issues.length > 0) throw new Failure('io', issues)
}

const REMOVE = 'remove it'

/** Other files may be there, such as the lost+found of a volume. */
function isStateFile(name: string): boolean {
  return /\.json$|^(lock|watch|wait)-|^originals$|^[0-9a-f]{32}$|\.regmirror-[0-9a-f]{12}$/.test(name)
}

function ownerIssue(file: string, facts: FileFacts | undefined, { root, statePaths }: Reader): Issue {
  const message = `belongs to user ${facts?.uid}, who could make regmirror change any file`
  const hint = statePaths.isUsers
    ? 'check it, then move it away'
    : `check it, then remove it or chown root ${path.join(root, file)}`
  return { file, message, hint }
}
