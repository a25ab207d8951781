/** Why a file that is no TOML cannot be used: a template, or a file that only 1.x reads. Pure. */
import { readDocument } from '../../../formats/toml/document.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Release } from '../../release.ts'
import { findTemplate } from './template.ts'

export const NOT_UTF8 = { message: 'is not UTF-8 text', hint: 'save it as UTF-8' }

/** A file that is no TOML: a template, or one that only 1.x reads. */
export function unreadable(fault: Issue, text: string, generation: Release | undefined): Issue {
  const template = findTemplate(text)
  if (template !== undefined) return { file: fault.file, ...template, ...TEMPLATE }
  const message = `${fault.message}: ${consequenceFor(text, generation)}`
  return { hint: 'correct it', ...fault, message }
}

const TEMPLATE = {
  message: 'this is a template, not TOML',
  hint: 'name the file that is made from it: config = "/…/config.toml" in [targets.containerd]',
}

function consequenceFor(text: string, generation: Release | undefined): string {
  if (generation?.major === 2 || !isReadBy1(text)) return 'containerd does not start'
  return generation === undefined
    ? 'containerd 2 does not start, and regmirror does not edit it'
    : 'containerd 1.x reads it, but regmirror does not edit it'
}

/** What the parser of 1.x reads besides TOML (github.com/pelletier/go-toml@v1.9.5): control characters in comments. */
const CONTROL = /[^\P{Cc}\t\r\n]/gu
/** `[grpc] address = "/run/x"` on one line. */
const TABLE_AND_KEY = /^([ \t]*\[[^\]\n]*\]+)[ \t]*(?=[^\s#\]])/gm

function isReadBy1(text: string): boolean {
  return 'value' in readDocument(text.replace(CONTROL, ' ').replace(TABLE_AND_KEY, '$1\n'))
}
