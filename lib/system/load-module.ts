/** Loads modules on demand. */
import { Failure } from '../model/errors.ts'

/** Throws Failure `io` where the file of a module is missing, truncated or empty: an upgrade may be replacing it. */
export async function loadModule<T>(load: () => Promise<T>): Promise<T> {
  try {
    const part = await load()
    if (part !== undefined) return part
    throw new Error('its file is empty')
  } catch (error) {
    const [why] = String(error instanceof Error ? error.message : error).split('\n')
    const hint = 'run the command again if regmirror is being upgraded, otherwise reinstall it'
    throw new Failure('io', [{ message: `cannot load a part of regmirror: ${why}`, hint }])
  }
}
