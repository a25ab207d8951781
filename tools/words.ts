/** Finds words that CONTRIBUTING.md rules out, in everything that a person reads: code, docs, templates, README. */
import { globSync, readFileSync } from 'node:fs'

/** A word as a pattern, and what to write instead. Parts of names count as words: `lastAnswer` holds "answer". */
const RULED_OUT: readonly (readonly [word: string, instead: string])[] = [
  ['ask(s|ed|ing)?', 'probe, request'],
  ['questions?', 'probe, request'],
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
  ['sick|ill|dead|dies?|dying', 'unhealthy'],
  ['suffer(s|ed)?', 'allow'],
  ['(?<!target\\.)want(s|ed)?|wish(es|ed)?', 'require, need, request'],
  ['made true|makes? it so', 'apply'],
  ['upstreams?', 'registry, server'],
]

const files = globSync(['lib/**/*.ts', 'docs/*.md', 'templates/**/*', 'README.md'], { withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => `${entry.parentPath}/${entry.name}`)
  .sort()

const found = files.flatMap(findWords)
for (const line of found) process.stdout.write(`${line}\n`)
if (found.length > 0) process.exitCode = 1

/** `file:line:column: "word" is ruled out; write …`, one for each. */
function findWords(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n')
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
