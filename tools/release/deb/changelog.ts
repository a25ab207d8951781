/** CHANGELOG.md in the format of Debian, deb-changelog(5). Pure. */

interface About {
  readonly name: string
  readonly version: string
  readonly maintainer: string
  readonly date: Date
}

/** One entry, with what the section of that version lists. */
export function debianChangelog(markdown: string, { name, version, maintainer, date }: About): string {
  const changes = changesOf(markdown, version).flatMap(change => lines(change))
  const day = date.toUTCString().replace('GMT', '+0000')
  return `${name} (${version}) unstable; urgency=medium\n\n${changes.join('\n')}\n\n -- ${maintainer}  ${day}\n`
}

function changesOf(markdown: string, version: string): readonly string[] {
  const section = markdown.split(/^## /m).find(text => text.startsWith(`${version} `)) ?? ''
  const changes = [...section.matchAll(/^- (.*(?:\n {2}.*)*)/gm)].map(([, text = '']) =>
    text.replace(/\s+/g, ' '),
  )
  return changes.length === 0 ? [`Release ${version}.`] : changes
}

/** `  * ` and 76 columns. */
function lines(change: string): readonly string[] {
  const words = change.split(' ')
  const found: string[] = []
  for (const word of words) {
    const last = found.at(-1)
    if (last !== undefined && last.length + word.length < 72) found.splice(-1, 1, `${last} ${word}`)
    else found.push(word)
  }
  return found.map((line, i) => `${i === 0 ? '  * ' : '    '}${line}`)
}
