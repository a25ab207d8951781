/** The rules of containers/image, in the order of the docs. Pure. */
import type { Rule } from '../../rule.ts'
import type { Snapshot } from '../snapshot.ts'
import { blockedElsewhere } from './rules/blocked-elsewhere.ts'
import { blockedWithoutMirrors } from './rules/blocked-without-mirrors.ts'
import { certificateAlone } from './rules/certificate-alone.ts'
import { certificatesHidden } from './rules/certificates-hidden.ts'
import { locationUnusable } from './rules/location-unusable.ts'
import { longerPrefix } from './rules/longer-prefix.ts'
import { mirrorBlocked } from './rules/mirror-blocked.ts'
import { mirrorSlash } from './rules/mirror-slash.ts'
import { registriesHidden } from './rules/registries-hidden.ts'
import { registriesInvalid } from './rules/registries-invalid.ts'
import { registriesKeyUnknown } from './rules/registries-key-unknown.ts'
import { registriesVersion1 } from './rules/registries-version-1.ts'
import { tableRepeated } from './rules/table-repeated.ts'
import { tableReplaced } from './rules/table-replaced.ts'

export const rules: readonly Rule<Snapshot>[] = [
  registriesInvalid,
  registriesVersion1,
  registriesHidden,
  registriesKeyUnknown,
  tableReplaced,
  tableRepeated,
  longerPrefix,
  locationUnusable,
  mirrorSlash,
  mirrorBlocked,
  blockedElsewhere,
  blockedWithoutMirrors,
  certificateAlone,
  certificatesHidden,
]
