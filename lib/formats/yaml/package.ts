/** The only importer of yaml, which takes long to load: it is loaded with the first text in YAML. */
import type { Alias, Node, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { loadPackage } from '../load-package.ts'

export type { Alias, Document, Node, YAMLMap } from 'yaml'

const loaded: { yaml?: typeof import('yaml') } = {}

export function yamlPackage(): typeof import('yaml') {
  loaded.yaml ??= loadPackage('yaml') as typeof import('yaml')
  return loaded.yaml
}

export function isAlias(node: unknown): node is Alias {
  return yamlPackage().isAlias(node)
}

export function isMap(node: unknown): node is YAMLMap {
  return yamlPackage().isMap(node)
}

export function isNode(node: unknown): node is Node {
  return yamlPackage().isNode(node)
}

export function isScalar(node: unknown): node is Scalar {
  return yamlPackage().isScalar(node)
}

export function isSeq(node: unknown): node is YAMLSeq {
  return yamlPackage().isSeq(node)
}
