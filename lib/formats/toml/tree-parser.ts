/**
 * The TOML parser with positions, loaded when a position is first needed: most runs need none. The only importer of
 * toml-eslint-parser.
 */
import type { AST } from 'toml-eslint-parser'
import { loadPackage } from '../load-package.ts'

export type TomlAst = AST.TOMLProgram
export type TomlNode = AST.TOMLNode
export type TomlTable = AST.TOMLTable
export type TomlKeyValue = AST.TOMLKeyValue
export type TomlContent = AST.TOMLContentNode
export type TomlKey = AST.TOMLKey

export function treeParser(): typeof import('toml-eslint-parser') {
  return loadPackage('toml-eslint-parser')
}
