/** A Reader for a user who may not read everything: what cannot be read is noted, and counts as absent. */

import { Failure } from '../model/errors.ts'
import type { Unread } from '../model/finding.ts'
import type { Reader } from '../system/reader.ts'

export interface TolerantReader {
  readonly reader: Reader
  /** What could not be read so far, each file once. */
  unread(): readonly Unread[]
}

/** `find` fails all the same: its callers decide what is left out with the file. */
export function tolerantReader(node: Reader): TolerantReader {
  const unread = new Map<string, string>()
  const noting = async <T>(file: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (error) {
      if (error instanceof Failure) unread.set(file, error.issues[0]?.message ?? 'cannot be read')
      throw error
    }
  }
  const tolerate = async <T>(file: string, act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await noting(file, act)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      return undefined
    }
  }
  return {
    reader: {
      ...node,
      read: (file, limit) => tolerate(file, () => node.read(file, limit)),
      facts: file => tolerate(file, () => node.facts(file)),
      entries: directory => tolerate(directory, () => node.entries(directory)),
      find: file => noting(file, () => node.find(file)),
    },
    unread: () => [...unread].map(([file, why]) => ({ file, why })),
  }
}
