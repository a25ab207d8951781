/** Finds words that CONTRIBUTING.md rules out, in everything that a person reads: code, docs, templates, titles of tests. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** A word as a pattern, and what to write instead. Parts of names count as words: `lastAnswer` holds "answer". */
const RULED_OUT: readonly (readonly [word: string, instead: string])[] = [
  ['ask(s|ed|ing)?', 'probe, request'],
  ['questions?(?! mark)', 'probe, request'],
  ['inquir(y|ies)', 'probe, request'],
  ['answer(s|ed|ing)?', 'respond, response, result'],
  ['told|tells?|telling', 'the verb of the thing: report, print, return, notify'],
  ['(un)?sound(ly)?', 'valid, invalid'],
  ['whoever|whomever', 'the noun: user, program, client'],
  ['somebody|someone|nobody|everybody', 'the noun: another user, another program, no mirror'],
  ['at once', 'immediately'],
  ['in peace', 'rate limited'],
  ['as (it|they) should be', 'unchanged'],
  ['acts? (on|after|immediately)', 'takes effect'],
  ['com(e|es|ing) about|came about', 'the verb of the thing: connect, happen'],
  ['(be|is|are|was|were|not) (un)?well', 'healthy, unhealthy'],
  ['sick|ill|dead(?! code)|dies?|dying', 'unhealthy'],
  ['closings|staying|slips?|dice|standing|surroundings|eyes', 'the noun of the thing'],
  ['suffer(s|ed)?', 'allow'],
  ['(?<!target\\.)want(s|ed)?|wish(es|ed)?', 'require, need, request'],
  ['made true|makes? it so', 'apply'],
  ['upstreams?', 'registry, server'],
]

const READ_WHOLE = [
  'lib/**/*.ts',
  'docs/*.md',
  'templates/**/*',
  '*.md',
  'schema.json',
  'fixtures/behaviours/*.ts',
]
const TITLES = /\b(?:it|describe)\(\s*(['"`])(.*?)\1/g

const found = [
  ...readFiles(READ_WHOLE).flatMap(({ file, text }) => findWords(file, text)),
  ...readFiles(['test/**/*.spec.ts']).flatMap(({ file, text }) => findWords(file, keepTitles(text))),
]
for (const line of found) process.stdout.write(`${line}\n`)
if (found.length > 0) process.exitCode = 1

function readFiles(patterns: readonly string[]): readonly { readonly file: string; readonly text: string }[] {
  return globSync(patterns, { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .sort()
    .map(file => ({ file, text: readFileSync(file, 'utf8') }))
}

/** The text with its lines, but nothing in them except the titles of tests. */
function keepTitles(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ')
  let [kept, end] = ['', 0]
  for (const { 2: title = '', index, 0: whole } of text.matchAll(TITLES)) {
    const start = index + whole.length - 1 - title.length
    kept += blank(text.slice(end, start)) + title
    end = start + title.length
  }
  return kept
}

/** `file:line:column: "word" is ruled out; write …`, one for each. */
function findWords(file: string, text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, i) =>
    RULED_OUT.flatMap(([word, instead]) =>
      [...line.matchAll(patternOf(word))].map(
        match => `${file}:${i + 1}:${match.index + 1}: "${match[0]}" is ruled out; write ${instead}`,
      ),
    ),
  )
}

/** The word by itself or as a part of a name in camelCase, where it begins with a capital. */
function patternOf(word: string): RegExp {
  const capital = word.replace(/(?<=^|\|)[a-z]/g, letter => letter.toUpperCase())
  return new RegExp(`(?<![A-Za-z])(?:${word}|${capital})(?![a-z])|(?<=[a-z])(?:${capital})(?![a-z])`, 'g')
}
