/**
 * Which types buildkitd expects in buildkitd.toml: a value of another type keeps it from starting, and unknown keys are
 * ignored (cmd/buildkitd/config/config.go:9-230, load.go@v0.32.2). Pure.
 */
import { type Leaf, misfits, type Shape } from '../../hosts-toml/read/shape.ts'

const string: Leaf = { name: 'a string', fits: value => typeof value === 'string' }
const boolean: Leaf = { name: 'true or false', fits: value => typeof value === 'boolean' }
const integer: Leaf = { name: 'an integer', fits: isInteger }
const strings: Leaf = {
  name: 'an array of strings',
  fits: value => Array.isArray(value) && value.every(item => typeof item === 'string'),
}
/** config/gcpolicy.go:18,46@v0.32.2: a number stands for seconds or bytes. */
const amount: Leaf = {
  name: 'a number or a string with a unit',
  fits: value => isInteger(value) || typeof value === 'string',
}
const any: Leaf = { name: 'a value', fits: () => true }

function isInteger(value: unknown): boolean {
  return typeof value === 'bigint' || Number.isInteger(value)
}

function tables(of: Shape, what: string): Leaf {
  return {
    name: `an array of tables with ${what}`,
    fits: value => Array.isArray(value) && value.every(item => misfits(item, of).length === 0),
  }
}

/** util/resolver/config/config.go:3-15@v0.32.2 */
const REGISTRY: Shape = {
  known: {
    mirrors: strings,
    http: boolean,
    insecure: boolean,
    ca: strings,
    keypair: tables({ known: { key: string, cert: string } }, 'cert and key'),
    tlsconfigdir: strings,
  },
}

const POLICY: Shape = {
  known: {
    ...{ all: boolean, filters: strings, keepduration: amount },
    ...{ keepbytes: amount, reservedspace: amount, maxusedspace: amount, minfreespace: amount },
  },
}

const WORKER = {
  ...{ enabled: boolean, labels: { each: string }, platforms: strings, snapshotter: string },
  ...{ rootless: boolean, 'max-parallelism': integer, selinux: boolean, 'apparmor-profile': string },
  ...{ defaultcgroupparent: string, gc: boolean, gckeepstorage: amount, reservedspace: amount },
  ...{ maxusedspace: amount, minfreespace: amount, gcpolicy: tables(POLICY, 'filters') },
  ...{ networkmode: string, cniconfigpath: string, cnibinarypath: string, cnipoolsize: integer },
  ...{ bridgename: string, bridgesubnet: string },
}

const OCI: Shape = {
  known: {
    ...{ ...WORKER, noprocesssandbox: boolean, userremapunsupported: string, binary: string },
    ...{ proxysnapshotterpath: string, stargzsnapshotter: { each: any } },
  },
}

const CONTAINERD: Shape = {
  known: {
    ...{ ...WORKER, address: string, namespace: string },
    runtime: { known: { name: string, path: string, options: { each: any } } },
  },
}

/** Names in lower case: the decoder of buildkitd ignores the case of a key. */
export const FILE: Shape = {
  known: {
    ...{ debug: boolean, trace: boolean, root: string, 'insecure-entitlements': strings },
    ...{ proxynetwork: boolean, provenanceenvdir: string },
    log: { known: { format: string, level: string } },
    grpc: {
      known: {
        ...{ address: strings, debugaddress: string, uid: integer, gid: integer, securitydescriptor: string },
        tls: { known: { cert: string, key: string, ca: string } },
      },
    },
    otel: { known: { socketpath: string } },
    cdi: { known: { disabled: boolean, specdirs: strings, autoallowed: strings } },
    worker: { known: { oci: OCI, containerd: CONTAINERD } },
    registry: { each: REGISTRY },
    dns: { known: { nameservers: strings, options: strings, searchdomains: strings } },
    history: { known: { maxage: amount, maxentries: integer } },
    frontend: {
      known: {
        'dockerfile.v0': { known: { enabled: boolean } },
        'gateway.v0': { known: { enabled: boolean, allowedrepositories: strings } },
      },
    },
    system: { known: { platformscachemaxage: amount, maxregistryconcurrency: integer } },
  },
}
