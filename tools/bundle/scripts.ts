/** The scripts of the bundle: their names, and what esbuild's modules become. */
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Metafile, transform } from 'esbuild'

const { LATE } = createRequire(import.meta.url)('../../bin/load.js')

/** The script of a module, as other scripts require it. */
export function scriptName(file: string): string {
  return `./${path.basename(file)}`
}

/** An ES module as a script that bin/load.js runs: V8 compiles it from its code cache, and Node loads nothing for it. */
export async function toScript(module: string): Promise<string> {
  const imported = [...module.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, name]) => name)
  const late = imported.filter(name => LATE.includes(name))
  if (late.length > 0) throw new Error(`${late}: remove it from LATE in bin/load.js, or import it statically`)
  const { code } = await transform(linkScripts(module), {
    format: 'cjs',
    target: 'node22.22',
    supported: { 'dynamic-import': false },
    charset: 'ascii',
    minify: true,
  })
  return `(function(exports,require,module){${escapeNonAscii(code.trimEnd())}\n})\n`
}

/** esbuild escapes them in strings, but not in regular expressions and tagged templates. */
function escapeNonAscii(code: string): string {
  const ambiguous = /\\[^\0-\x7f]/.exec(code)
  if (ambiguous !== null) throw new Error(`write ${ambiguous[0]} without the backslash`)
  return code.replaceAll(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Lets a script take the values of other scripts into variables of its own. esbuild would read them through a getter at each
 * use, for scripts that need each other and values that change after a script has run. Here there are neither.
 */
function linkScripts(module: string): string {
  return module
    .replaceAll(
      /(?<=^|;)import\{([^}]*)\}from("\.\/[\w-]+\.js");/g,
      (_, names: string, file: string) => `const{${names.replaceAll(' as ', ':')}}=require(${file});`,
    )
    .replace(
      /(?<=^|[;}])export\{([^}]*)\};\s*$/,
      (_, names: string) => `Object.assign(exports,{${names.replaceAll(/([\w$]+) as ([\w$]+)/g, '$2:$1')}});`,
    )
}

/** Throws where scripts need each other: the first to run would find values that are not there yet. */
export function refuseCircles({ outputs }: Metafile): void {
  const done = new Set<string>()
  const visit = (file: string, above: readonly string[]) => {
    if (above.includes(file)) throw new Error(`scripts need each other: ${[...above, file].join(', ')}`)
    if (done.has(file)) return
    for (const { path: needed, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement') visit(needed, [...above, file])
    done.add(file)
  }
  for (const file of Object.keys(outputs)) visit(file, [])
}
