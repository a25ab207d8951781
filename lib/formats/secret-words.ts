/** Names that secrets go by, in keys, comments and arguments of programs. Pure. */

const SECRET = /auth|passw|token|secret|cookie|header|credential|(?:api|access|private).?key/i
const NAME = `(?:${SECRET.source})`
/** A line such as `# password = "x"` or `"token": "x"`, with its value. */
const ASSIGNMENT = new RegExp(`${NAME}[\\w-]*["']?\\s*[=:]\\s*(\\S.*)$`, 'i')
/** A comment above secrets: `# [header]`, `# password =`. */
const OPENING = new RegExp(`^#\\s*\\[.*${NAME}|${NAME}[\\w-]*["']?\\s*[=:]\\s*$`, 'i')
/** `PASSWORD=x` and `Authorization: x`, as programs take them. */
const ARGUMENT = new RegExp(`${NAME}[\\w-]{0,64}(?:=|:\\s)`, 'i')

export function mentionsSecret(text: string): boolean {
  return SECRET.test(text)
}

/** Whether the values below this key are secret. Names of registries and plugins do not count. */
export function isSecretKey(name: string | number): boolean {
  return typeof name === 'string' && !/[./]/.test(name) && SECRET.test(name)
}

/** Whether a value is an argument or a variable with a secret in it. */
export function isSecretArgument(value: string): boolean {
  return ARGUMENT.test(value)
}

/** Whether the lines below a comment may be secrets. */
export function opensSecrets(comment: string): boolean {
  return OPENING.test(comment)
}

/** The value after the name of a secret on a line. */
export function assignedSecret(line: string): string | undefined {
  return ASSIGNMENT.exec(line)?.[1]
}
