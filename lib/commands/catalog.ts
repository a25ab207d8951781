/** What `init` has, with one line about each. Pure. */
import type { CatalogItem } from '../model/init-report.ts'
import type { TemplateFile } from './templates.ts'

/** A template is a file or a folder at the top. */
export interface Template {
  readonly name: string
  /** By their paths inside the folder; of a template that is a file, the file by its name. */
  readonly files: readonly TemplateFile[]
}

export function templatesOf(files: readonly TemplateFile[]): readonly Template[] {
  const groups = Map.groupBy(files, ({ path }) => path.split('/', 1)[0] ?? '')
  return [...groups].filter(([name]) => name !== INDEX).map(([name, own]) => ({ name, files: own }))
}

/** Has a line about each template. */
const INDEX = 'README.md'

/** In the order of their names. */
export function describePresets(presets: Readonly<Record<string, string>>): readonly CatalogItem[] {
  return Object.entries(presets).map(([name, text]) => ({ name, summary: commentOf(text) }))
}

export function describeTemplates(all: readonly TemplateFile[]): readonly CatalogItem[] {
  const lines = all.find(({ path }) => path === INDEX)?.text.matchAll(/^- `(.+?)`: (.+)$/gm) ?? []
  const summaries = new Map(
    [...lines].map(([, name = '', summary = '']) => [name, summary.replaceAll('`', '')]),
  )
  return templatesOf(all).map(({ name, files }) => ({
    name,
    summary: summaries.get(name) ?? summaryOf(files),
    files: files.length,
  }))
}

/** Of one without a line: the first sentence of its README, or else the first comment of its files, those at the top first. */
function summaryOf(files: readonly TemplateFile[]): string {
  const readme = files.find(({ path }) => /^[^/]+\/README\.md$/.test(path))
  const depth = ({ path }: TemplateFile) => path.split('/').length
  const texts = files.toSorted((a, b) => depth(a) - depth(b)).map(({ text }) => commentOf(text))
  return (readme && sentenceOf(readme.text)) || texts.find(text => text !== '') || ''
}

function sentenceOf(markdown: string): string {
  const paragraph = markdown.split(/\n\s*\n/).find(text => /^\w/.test(text)) ?? ''
  return firstSentence(paragraph)
}

/** The comment at the beginning of a file; of a schema, its description. */
function commentOf(text: string): string {
  const described = /^\{[^{]*?"description": "([^"]*)"/.exec(text)?.[1]
  const [comment = ''] = /^(?:(?:#|\/\/)(?!!) ?[^\n]*\n)+/.exec(text) ?? []
  return described === undefined
    ? firstSentence(comment.replace(/^(#|\/\/) ?/gm, '').split('\n\n', 1)[0] ?? '')
    : firstSentence(described)
}

/** Without the date of a preset, the rest of the sentence after a colon, and the full stop. */
function firstSentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const sentence = /^.*?(?=[.:](?: |$)|, as of |$)/.exec(line)?.[0] ?? ''
  return sentence
}
