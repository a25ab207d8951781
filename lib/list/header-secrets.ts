/** The secrets of which the headers of an endpoint are made, each with its place in the list. Pure. */

import { basicAuthorization, passwordProblem, tokenProblem, userProblem } from '../model/authorization.ts'
import type { Path } from '../model/problem.ts'
import type { Refused } from '../model/refused.ts'
import { headerProblem } from './values/header-value.ts'
import type { ConnectionEntry, WrittenBasic, WrittenHeader, WrittenSecret } from './written.ts'

export interface HeaderSecret {
  readonly path: Path
  readonly written: WrittenSecret
  /** A user name is not one. */
  readonly isSecret: boolean
  /** Its name in messages. */
  readonly name: string
  /** Why it cannot be used; the message follows the name. */
  problem(value: string): Refused | undefined
}

export function headerSecrets({ path, written }: ConnectionEntry): readonly HeaderSecret[] {
  return Object.entries(written.header ?? {}).flatMap(([name, header]) =>
    secretsOf(name, header, [...path, 'header', name]),
  )
}

function secretsOf(name: string, header: WrittenHeader, path: Path): readonly HeaderSecret[] {
  if (typeof header !== 'string' && header.basic !== undefined)
    return basicSecrets(header.basic, [...path, 'basic'])
  if (typeof header !== 'string' && header.bearer !== undefined)
    return [secret([...path, 'bearer'], header.bearer, 'the token', tokenProblem)]
  return [secret(path, header, 'the value of this header', value => headerProblem(name, value))]
}

function basicSecrets({ user, password }: WrittenBasic, path: Path): readonly HeaderSecret[] {
  return [
    { ...secret([...path, 'user'], user, 'the user', userProblem), isSecret: false },
    secret([...path, 'password'], password, 'the password', passwordProblem),
  ]
}

function secret(
  path: Path,
  written: WrittenSecret,
  name: string,
  problem: HeaderSecret['problem'],
): HeaderSecret {
  return { path, written, isSecret: true, name, problem }
}

/** The value of a header, made from the secrets at their paths. */
export function headerText(header: WrittenHeader, path: Path, secretAt: (path: Path) => string): string {
  if (typeof header !== 'string' && header.basic !== undefined)
    return basicAuthorization(secretAt([...path, 'basic', 'user']), secretAt([...path, 'basic', 'password']))
  if (typeof header !== 'string' && header.bearer !== undefined)
    return `Bearer ${secretAt([...path, 'bearer'])}`
  return secretAt(path)
}
