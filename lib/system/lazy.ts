/** Functions that are loaded when they are needed. */
import { Failure } from '../model/errors.ts'

/** Loads one. Throws Failure `io` where its file is missing, cut short or empty: an upgrade may be replacing it. */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    const part = await load()
    if (part !== undefined) return part
    throw new Error('its file is empty')
  } catch (error) {
    const [why] = String(error instanceof Error ? error.message : error).split('\n')
    const hint = 'run it again if it is being upgraded, otherwise install it again'
    throw new Failure('io', [{ message: `cannot load a part of regmirror: ${why}`, hint }])
  }
}
