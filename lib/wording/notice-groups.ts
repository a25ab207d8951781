/** Notices of one kind together, for people: a list of a thousand mirrors must not hide what matters. Pure. */

import { listUrl } from '../model/list-url.ts'
import type { Notice } from '../model/report.ts'

/** Of more notices of one kind, this many are shown. */
const SHOWN = 3

/** Notices of these kinds are few, and each of them has something else to do. */
const EACH = ['runtime_found']

export interface NoticeGroup {
  readonly first: Notice
  readonly count: number
  /** What to show of it; more than one line where the messages differ. */
  readonly lines: readonly string[]
}

/**
 * A kind is a code of one runtime. In the order of the first of each kind; up to three notices of a kind are not grouped. More than three with one message
 * are a kind of their own, so that a loss of a thousand mirrors does not hide another one.
 */
export function groupNotices(notices: readonly Notice[]): readonly NoticeGroup[] {
  const byMessage = Map.groupBy(notices, messageKey)
  const kindOf = (notice: Notice) => {
    const key = messageKey(notice)
    if (EACH.includes(notice.code)) return key
    return (byMessage.get(key)?.length ?? 0) > SHOWN ? key : kindKey(notice)
  }
  const kinds = Map.groupBy(notices, kindOf)
  return notices.flatMap(first => {
    const kind = kinds.get(kindOf(first)) ?? []
    if (kind.length <= SHOWN) return [{ first, count: 1, lines: [noticeText(first)] }]
    return kind[0] === first ? [{ first, count: kind.length, lines: groupLines(kind, first) }] : []
  })
}

function messageKey(notice: Notice): string {
  return `${kindKey(notice)} ${notice.message}`
}

/** What one runtime does says nothing about another one. */
function kindKey({ code, target = '' }: Notice): string {
  return `${code} ${target}`
}

function groupLines(kind: readonly Notice[], { message }: Notice): readonly string[] {
  const shown = kind.slice(0, SHOWN)
  const more = kind.length - SHOWN
  if (kind.some(notice => notice.message !== message))
    return [...shown.map(noticeText), `and ${more} more of this kind`]
  const places = shown.map(noticePlace).filter(place => place !== '')
  const where = places.length < SHOWN ? '' : `: ${places.join(', ')} and ${more} more`
  return [`${message} (${kind.length} times${where})`]
}

/** `file:line: mirror: message`; without a file, the registry comes first. */
function noticeText(notice: Notice): string {
  return [noticePlace(notice), notice.message].filter(Boolean).join(': ')
}

/** What a notice is about, without its message. */
function noticePlace({ file, line, registry, mirror }: Notice): string {
  const place = [file, line].filter(part => part !== undefined).join(':')
  return [place || registry, mirror && listUrl(mirror)].filter(Boolean).join(': ')
}
