/** The error of a certificate that the runtime refuses. Pure. */
import { codedError } from '../../system/coded-error.ts'
import { CERTIFICATE_REFUSED } from '../connection/error-codes.ts'
import type { CertificateProblem } from '../x509/problem.ts'

export function certificateError(problem: CertificateProblem): Error {
  return Object.assign(codedError(CERTIFICATE_REFUSED), { problem })
}

/** What is wrong with the certificate; undefined if the error is another one. */
export function certificateProblem(error: unknown): CertificateProblem | undefined {
  const { code, problem } = (error ?? {}) as { code?: string; problem?: CertificateProblem }
  return code === CERTIFICATE_REFUSED ? problem : undefined
}
