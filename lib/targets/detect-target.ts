/** Whether a runtime is on a node, for a user who may not read all of it. */
import { Failure } from '../model/errors.ts'
import type { Detected, TargetAbout } from './target.ts'
import type { View } from './view.ts'

/** Undefined also where its files cannot be read. */
export async function detectTarget(
  target: Pick<TargetAbout, 'detect'>,
  view: View,
): Promise<Detected | undefined> {
  try {
    return await target.detect(view)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
