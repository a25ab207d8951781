/** The rules of Docker, in the order of docs/doctor.md. */
import type { Rule } from '../../rule.ts'
import type { ObservedDocker } from './observe-docker.ts'
import { caDirectory } from './rules/ca-directory.ts'
import { clientPair } from './rules/client-pair.ts'
import { daemonJsonInvalid } from './rules/daemon-json-invalid.ts'
import { daemonJsonMisspelled } from './rules/daemon-json-misspelled.ts'
import { daemonJsonRefused } from './rules/daemon-json-refused.ts'
import { daemonJsonRepeated } from './rules/daemon-json-repeated.ts'
import { daemonJsonType } from './rules/daemon-json-type.ts'
import { dockerHostsInvalid } from './rules/docker-hosts-invalid.ts'
import { flagAndKey } from './rules/flag-and-key.ts'
import { hostsUnused } from './rules/hosts-unused.ts'
import { insecureEntryInvalid } from './rules/insecure-entry-invalid.ts'
import { insecurePort } from './rules/insecure-port.ts'
import { mirrorAddressInvalid } from './rules/mirror-address-invalid.ts'
import { mirrorPath } from './rules/mirror-path.ts'
import { mirrorsHidden } from './rules/mirrors-hidden.ts'
import { reloadPending } from './rules/reload-pending.ts'
import { sharedVerification } from './rules/shared-verification.ts'

export const rules: readonly Rule<ObservedDocker>[] = [
  daemonJsonInvalid,
  daemonJsonRepeated,
  daemonJsonMisspelled,
  daemonJsonType,
  daemonJsonRefused,
  insecureEntryInvalid,
  insecurePort,
  mirrorAddressInvalid,
  mirrorPath,
  flagAndKey,
  sharedVerification,
  caDirectory,
  clientPair,
  dockerHostsInvalid,
  mirrorsHidden,
  hostsUnused,
  reloadPending,
]
