/** The copyright file of a package, machine-readable (DEP 5): regmirror, and the terms of all that is bundled. Pure. */

/** `thirdParty` is the text of the build, THIRD-PARTY-LICENSES. */
export function copyrightText(thirdParty: string): string {
  const [, ...parts] = thirdParty.split(`\n${'-'.repeat(80)}\n\n`)
  return [
    `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: regmirror
Comment: The executable and the bundle contain code of the packages below.
`,
    `Files: *
Copyright: the authors of regmirror
License: Apache-2.0
 On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.
`,
    ...parts.map(partText),
  ].join('\n')
}

/** A part of the bundle is no file of the package: it has a stand-alone licence paragraph with its own text. */
function partText(part: string): string {
  const [heading = '', ...terms] = part.trim().split('\n')
  const name = heading.replace(/[^A-Za-z0-9.+]+/g, '-').replace(/^-/, '')
  const lines = withReference(terms.join('\n').trim()).split('\n')
  return `License: ${name}\n${lines.map(lineText).join('\n')}\n`
}

/** Every Debian machine has the text of this licence. */
function withReference(terms: string): string {
  return terms.replace(
    /^ *Apache License\n *Version 2\.0[\s\S]*?END OF TERMS AND CONDITIONS(\s*APPENDIX[\s\S]*?limitations under the License\.)?/gm,
    'Apache License, Version 2.0: /usr/share/common-licenses/Apache-2.0',
  )
}

function lineText(line: string): string {
  return line.trim() === '' ? ' .' : ` ${line.trimEnd()}`
}
