/** An error as the system gives them, told by its code. */
export function coded(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}
