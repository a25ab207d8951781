/** The table of rules: those of buildkitd.toml, of the files that it names, then of the daemon. Pure. */
import type { Rule } from '../../rule.ts'
import type { ObservedBuildkit } from './observe-node.ts'
import { buildkitdInvalid } from './rules/buildkitd-invalid.ts'
import { buildkitdRestartPending } from './rules/buildkitd-restart-pending.ts'
import { clientKeyReadable } from './rules/client-key-readable.ts'
import { httpAndInsecure } from './rules/http-and-insecure.ts'
import { keypairIncomplete } from './rules/keypair-incomplete.ts'
import { loopbackOverHttp } from './rules/loopback-over-http.ts'
import { mirrorPathWithV2 } from './rules/mirror-path-with-v2.ts'
import { mirrorSchemeIgnored } from './rules/mirror-scheme-ignored.ts'
import { namedFileMissing } from './rules/named-file-missing.ts'
import { registryKeyUnknown } from './rules/registry-key-unknown.ts'
import { registryNameUnused } from './rules/registry-name-unused.ts'
import { registryTlsForMirrors } from './rules/registry-tls-for-mirrors.ts'

export const rules: readonly Rule<ObservedBuildkit>[] = [
  ...[buildkitdInvalid, registryNameUnused, registryKeyUnknown, registryTlsForMirrors],
  ...[mirrorSchemeIgnored, mirrorPathWithV2, loopbackOverHttp, httpAndInsecure],
  ...[keypairIncomplete, namedFileMissing, clientKeyReadable, buildkitdRestartPending],
]
