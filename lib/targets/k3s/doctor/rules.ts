/** The table of rules. Pure. */
import type { Rule } from '../../rule.ts'
import type { ObservedK3s } from './observe-node.ts'
import { registriesYamlCertificate } from './rules/registries-yaml-certificate.ts'
import { registriesYamlEndpoint } from './rules/registries-yaml-endpoint.ts'
import { registriesYamlHosts } from './rules/registries-yaml-hosts.ts'
import { registriesYamlInvalid } from './rules/registries-yaml-invalid.ts'
import { registriesYamlKeyUnknown } from './rules/registries-yaml-key-unknown.ts'
import { registriesYamlName } from './rules/registries-yaml-name.ts'
import { registriesYamlNotLoaded } from './rules/registries-yaml-not-loaded.ts'
import { registriesYamlNotRead } from './rules/registries-yaml-not-read.ts'
import { registriesYamlRewrite } from './rules/registries-yaml-rewrite.ts'
import { registriesYamlTemplate } from './rules/registries-yaml-template.ts'
import { registriesYamlValue } from './rules/registries-yaml-value.ts'

export const rules: readonly Rule<ObservedK3s>[] = [
  registriesYamlInvalid,
  registriesYamlValue,
  registriesYamlKeyUnknown,
  registriesYamlName,
  registriesYamlEndpoint,
  registriesYamlRewrite,
  registriesYamlCertificate,
  registriesYamlNotRead,
  registriesYamlTemplate,
  registriesYamlHosts,
  registriesYamlNotLoaded,
]
