/** The rules about certs.d: first what makes containerd ignore a file, then its hosts, its certificates, its directory. Pure. */
import type { Rule } from '../../rule.ts'
import { addressPartDropped } from './address-part-dropped.ts'
import { authorizationInvalid } from './authorization-invalid.ts'
import { byteOrderMark } from './byte-order-mark.ts'
import { capabilityUnknown } from './capability-unknown.ts'
import { certificateExpired } from './certificate-expired.ts'
import { certificateInvalid } from './certificate-invalid.ts'
import { certificateMissing } from './certificate-missing.ts'
import { certificateNotNamed } from './certificate-not-named.ts'
import { credentialsKey } from './credentials-key.ts'
import { defaultShadowed } from './default-shadowed.ts'
import { defaultUnknown } from './default-unknown.ts'
import { dialTimeoutIgnored } from './dial-timeout-ignored.ts'
import { directoryHidden } from './directory-hidden.ts'
import { directoryNested } from './directory-nested.ts'
import { directoryNeverRead } from './directory-never-read.ts'
import { fileInCertsD } from './file-in-certs-d.ts'
import { fileNameWrong } from './file-name-wrong.ts'
import { hostAddressInvalid } from './host-address-invalid.ts'
import { hostOrderRandom } from './host-order-random.ts'
import { hostRepeated } from './host-repeated.ts'
import { hostTableInline } from './host-table-inline.ts'
import { hostTableMissing } from './host-table-missing.ts'
import { hostWithoutScheme } from './host-without-scheme.ts'
import { hostsInvalid } from './hosts-invalid.ts'
import { hostsNotAFile } from './hosts-not-a-file.ts'
import { keyReadable } from './key-readable.ts'
import { keyUnknown } from './key-unknown.ts'
import { mirrorWithoutPull } from './mirror-without-pull.ts'
import { noResolver } from './no-resolver.ts'
import type { ObservedNode } from './observed-node.ts'
import { overridePathWithoutApi } from './override-path-without-api.ts'
import { pathWithoutOverride } from './path-without-override.ts'
import { portTwin } from './port-twin.ts'
import { rootKeyMisplaced } from './root-key-misplaced.ts'
import { serverOfAnother } from './server-of-another.ts'
import { serverOfDockerHub } from './server-of-docker-hub.ts'
import { tlsOnHttp } from './tls-on-http.ts'

export const hostsRules: readonly Rule<ObservedNode>[] = [
  ...[
    byteOrderMark,
    capabilityUnknown,
    hostTableMissing,
    hostsInvalid,
    hostsNotAFile,
    fileNameWrong,
    fileInCertsD,
  ],
  ...[hostTableInline, hostOrderRandom, hostRepeated, hostAddressInvalid, hostWithoutScheme],
  ...[
    addressPartDropped,
    pathWithoutOverride,
    overridePathWithoutApi,
    tlsOnHttp,
    keyUnknown,
    credentialsKey,
    authorizationInvalid,
  ],
  ...[
    rootKeyMisplaced,
    dialTimeoutIgnored,
    noResolver,
    mirrorWithoutPull,
    serverOfDockerHub,
    serverOfAnother,
  ],
  ...[certificateMissing, certificateInvalid, certificateExpired, certificateNotNamed, keyReadable],
  ...[portTwin, directoryHidden, defaultShadowed, defaultUnknown, directoryNeverRead, directoryNested],
]
