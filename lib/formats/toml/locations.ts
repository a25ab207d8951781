/** The places of all key paths of a TOML document, found in one walk. Pure. */
import { keyNames, positionOf, type TomlPath } from './ast.ts'
import type { TomlPosition } from './faults.ts'
import type { TomlAst, TomlContent, TomlKeyValue, TomlNode, TomlTable } from './tree-parser.ts'

/** The position of the value at a key path; for a table, of its header. */
export function locateToml(ast: TomlAst, path: TomlPath): TomlPosition | undefined {
  const found = findLocation(ast, path)
  return found && positionOf(found.value)
}

/** The position of the last key of a path where it is written first; for an array element, of the element. */
export function locateKey(ast: TomlAst, path: TomlPath): TomlPosition | undefined {
  const found = findLocation(ast, path)
  return found && positionOf(found.key)
}

/** Where the last key of a path is written first, and its value: of a table the header, of an array element the element. */
interface Location {
  readonly key: TomlNode
  readonly value: TomlNode
}

interface Branch {
  location?: Location
  readonly below: Map<string, Branch>
}

const trees = new WeakMap<TomlAst, Branch>()

function findLocation(ast: TomlAst, path: TomlPath): Location | undefined {
  let branch: Branch | undefined = treeOf(ast)
  for (const part of path) branch = branch?.below.get(String(part))
  return branch?.location
}

function treeOf(ast: TomlAst): Branch {
  const known = trees.get(ast)
  if (known !== undefined) return known
  const root: Branch = { below: new Map() }
  addAll(root, ast.body[0].body)
  trees.set(ast, root)
  return root
}

function addAll(branch: Branch, items: readonly (TomlKeyValue | TomlTable)[]): void {
  for (const item of items) {
    const own = item.type === 'TOMLTable' ? item.resolvedKey : keyNames(item.key)
    const last = branchAt(branch, item, own)
    const key = keyPart(item, own)
    last.location ??= { key, value: item.type === 'TOMLTable' ? item : item.value }
    if (item.type === 'TOMLTable') addAll(last, item.body)
    else addContent(last, item.value)
  }
}

function addContent(branch: Branch, value: TomlContent): void {
  if (value.type === 'TOMLInlineTable') addAll(branch, value.body)
  if (value.type !== 'TOMLArray') return
  for (const [i, element] of value.elements.entries()) {
    const below = branchBelow(branch, String(i))
    below.location ??= { key: element, value: element }
    addContent(below, element)
  }
}

/** The branch of an item. A table above it that has no place of its own has that of its name in the key of the item. */
function branchAt(branch: Branch, item: TomlKeyValue | TomlTable, own: TomlPath): Branch {
  let here = branch
  for (const [i, part] of own.entries()) {
    here = branchBelow(here, String(part))
    if (i === own.length - 1 || here.location !== undefined) continue
    const key = keyPart(item, own.slice(0, i + 1))
    here.location = { key, value: key }
  }
  return here
}

function branchBelow({ below }: Branch, name: string): Branch {
  const known = below.get(name)
  if (known !== undefined) return known
  const added: Branch = { below: new Map() }
  below.set(name, added)
  return added
}

/** The key in the text that the last name of `own` comes from; numbers in `own` are not in the text. */
function keyPart(item: TomlKeyValue | TomlTable, own: TomlPath): TomlNode {
  const written = own.filter(part => typeof part === 'string').length
  return item.key.keys[Math.max(written - 1, 0)] ?? item
}
