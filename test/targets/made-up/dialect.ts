/** How toy speaks to registries: it has no `ns`, no certificates of its own, and pulls from every mirror alike. */
import type { Dialect } from '../../../lib/targets/dialect.ts'

export const toyDialect: Dialect = {
  namespace: () => undefined,
  defaultServer: registry => ({
    bases: [{ origin: `https://${registry}`, path: '/v2', form: 'root' }],
    skipVerify: false,
  }),
  dialTimeoutMs: 1000,
  // As containers/image: what fails its ping is not used.
  pingDecides: true,
  sendsHeaders: false,
}
