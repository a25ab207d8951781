/** The rules about certs.d: first what makes containerd ignore a file, then its hosts, its certificates, its directory. Pure. */
import type { Rule } from '../../rule.ts'
import type { ObservedNode } from './observed-node.ts'
import { addressPartDropped } from './rules/address-part-dropped.ts'
import { authorizationInvalid } from './rules/authorization-invalid.ts'
import { byteOrderMark } from './rules/byte-order-mark.ts'
import { capabilityUnknown } from './rules/capability-unknown.ts'
import { certificateExpired } from './rules/certificate-expired.ts'
import { certificateInvalid } from './rules/certificate-invalid.ts'
import { certificateMissing } from './rules/certificate-missing.ts'
import { certificateNotNamed } from './rules/certificate-not-named.ts'
import { credentialsKey } from './rules/credentials-key.ts'
import { defaultShadowed } from './rules/default-shadowed.ts'
import { defaultUnknown } from './rules/default-unknown.ts'
import { dialTimeoutIgnored } from './rules/dial-timeout-ignored.ts'
import { directoryHidden } from './rules/directory-hidden.ts'
import { directoryNested } from './rules/directory-nested.ts'
import { directoryNeverRead } from './rules/directory-never-read.ts'
import { fileInCertsD } from './rules/file-in-certs-d.ts'
import { fileNameWrong } from './rules/file-name-wrong.ts'
import { hostAddressInvalid } from './rules/host-address-invalid.ts'
import { hostOrderRandom } from './rules/host-order-random.ts'
import { hostRepeated } from './rules/host-repeated.ts'
import { hostTableInline } from './rules/host-table-inline.ts'
import { hostTableMissing } from './rules/host-table-missing.ts'
import { hostWithoutScheme } from './rules/host-without-scheme.ts'
import { hostsInvalid } from './rules/hosts-invalid.ts'
import { hostsNotAFile } from './rules/hosts-not-a-file.ts'
import { keyReadable } from './rules/key-readable.ts'
import { keyUnknown } from './rules/key-unknown.ts'
import { mirrorWithoutPull } from './rules/mirror-without-pull.ts'
import { noResolver } from './rules/no-resolver.ts'
import { overridePathWithoutApi } from './rules/override-path-without-api.ts'
import { pathWithoutOverride } from './rules/path-without-override.ts'
import { portTwin } from './rules/port-twin.ts'
import { rootKeyMisplaced } from './rules/root-key-misplaced.ts'
import { serverOfAnother } from './rules/server-of-another.ts'
import { serverOfDockerHub } from './rules/server-of-docker-hub.ts'
import { tlsOnHttp } from './rules/tls-on-http.ts'

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
