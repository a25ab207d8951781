/** An error that is identified by its code, as errors of the system are. */
export function codedError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}
