/** Nodes with files of Podman that are broken: doctor finds exactly what is wrong, at its line, and nothing after its cure. */
import assert from 'node:assert/strict'
import { buildDoctorReport } from '../../../lib/doctor/build-report.ts'
import { diagnose } from '../../../lib/doctor/diagnose.ts'
import { openReader } from '../../../lib/system/reader.ts'
import { containers } from '../../../lib/targets/containers/containers.ts'
import { rules } from '../../../lib/targets/containers/doctor/rules.ts'
import { inShort } from '../../support/fixture-node.ts'
import { knownTarget } from '../../support/known-target.ts'
import { PLACE } from '../../support/lists.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const MAIN = 'etc/containers/registries.conf'
const DIRECTORY = 'etc/containers/registries.conf.d'
const CERTS = 'etc/containers/certs.d/a.example'
const HUB = '[[registry]]\nlocation = "docker.io"\n'
const mirror = (location: string, more = '') => `[[registry.mirror]]\nlocation = "${location}"\n${more}`
const WITH_MIRROR = HUB + mirror('a.example')

interface Case {
  readonly version?: string
  readonly before: Tree
  readonly findings: readonly string[]
  readonly after: Tree
}

const CASES: Readonly<Record<string, Case>> = {
  'a drop-in is refused': {
    before: { [`${DIRECTORY}/10-a.conf`]: '[[registry]]\nlocation = "https://docker.io"\n' },
    findings: [`error registries_invalid /${DIRECTORY}/10-a.conf:2`],
    after: { [`${DIRECTORY}/10-a.conf`]: HUB },
  },
  'a link leads nowhere, and the release is not known': {
    before: { [`${DIRECTORY}/10-a.conf`]: '-> nowhere.conf' },
    findings: [`warning registries_invalid /${DIRECTORY}/10-a.conf`],
    after: {},
  },
  'a link leads nowhere on 5.8': {
    version: '5.8',
    before: { [`${DIRECTORY}/10-a.conf`]: '-> nowhere.conf' },
    findings: [],
    after: {},
  },
  'the older format on 6.0': {
    version: '6.0',
    before: { [MAIN]: '[registries.search]\nregistries = ["docker.io"]\n' },
    findings: [`error registries_invalid /${MAIN}`],
    after: { [MAIN]: 'unqualified-search-registries = ["docker.io"]\n' },
  },
  'the older format on 5.8': {
    version: '5.8',
    before: { [MAIN]: '[registries.search]\nregistries = ["docker.io"]\n' },
    findings: [`note registries_version_1 /${MAIN}`],
    after: { [MAIN]: 'unqualified-search-registries = ["docker.io"]\n' },
  },
  'a byte order mark on 4.3': {
    version: '4.3',
    before: { [MAIN]: Buffer.from(`\ufeff${HUB}`).toString('latin1') },
    findings: [`error registries_invalid /${MAIN}:1`],
    after: { [MAIN]: HUB },
  },
  'a main file of root hides mirrors': {
    version: '5.8',
    before: { [`${DIRECTORY}/10-a.conf`]: WITH_MIRROR, 'root/.config/containers/registries.conf': '' },
    findings: [`error registries_hidden /${DIRECTORY}/10-a.conf:1`],
    after: { [`${DIRECTORY}/10-a.conf`]: WITH_MIRROR },
  },
  'the same on 6.0': {
    version: '6.0',
    before: { [`${DIRECTORY}/10-a.conf`]: WITH_MIRROR, 'root/.config/containers/registries.conf': '' },
    findings: [],
    after: {},
  },
  'a key of the registry stands below a mirror': {
    before: { [MAIN]: `${HUB}${mirror('a.example', 'blocked = true\n')}` },
    findings: [`warning registries_key_unknown /${MAIN}:5`],
    after: { [MAIN]: `${HUB}blocked = true\n${mirror('a.example')}` },
  },
  'a key has a typing error': {
    before: { [MAIN]: `${HUB}insecur = true\n` },
    findings: [`warning registries_key_unknown /${MAIN}:3`],
    after: { [MAIN]: HUB },
  },
  'a later file replaces a table': {
    before: { [`${DIRECTORY}/10-a.conf`]: WITH_MIRROR, [`${DIRECTORY}/20-b.conf`]: HUB },
    findings: [`warning table_replaced /${DIRECTORY}/10-a.conf:1`],
    after: { [`${DIRECTORY}/10-a.conf`]: WITH_MIRROR },
  },
  'a prefix is there twice': {
    before: { [MAIN]: `${WITH_MIRROR}${HUB}${mirror('b.example')}` },
    findings: [`warning table_repeated /${MAIN}`],
    after: { [MAIN]: `${WITH_MIRROR}${mirror('b.example')}` },
  },
  'a longer prefix has no mirrors': {
    before: { [MAIN]: `${WITH_MIRROR}[[registry]]\nlocation = "docker.io/library"\n` },
    findings: [`note longer_prefix /${MAIN}:5`],
    after: { [MAIN]: WITH_MIRROR },
  },
  'a path is in capitals': {
    before: { [MAIN]: HUB + mirror('a.example/Hub') },
    findings: [`error location_unusable /${MAIN}:3`],
    after: { [MAIN]: HUB + mirror('a.example/hub') },
  },
  'a mirror ends in / on 4.3': {
    version: '4.3',
    before: { [MAIN]: HUB + mirror('a.example/') },
    findings: [`error mirror_slash /${MAIN}:3`],
    after: { [MAIN]: WITH_MIRROR },
  },
  'a mirror ends in / on 5.8': {
    version: '5.8',
    before: { [MAIN]: HUB + mirror('a.example/') },
    findings: [],
    after: {},
  },
  'a mirror is blocked': {
    before: {
      [MAIN]: `${WITH_MIRROR}[[registry]]\nlocation = "a.example"\nblocked = true\n${mirror('b.example')}`,
    },
    findings: [`error mirror_blocked /${MAIN}:3`],
    after: { [MAIN]: WITH_MIRROR },
  },
  'another location is not blocked': {
    before: { [MAIN]: '[[registry]]\nprefix = "docker.io"\nlocation = "a.example"\nblocked = true\n' },
    findings: [`warning blocked_elsewhere /${MAIN}:1`],
    after: { [MAIN]: `${HUB}blocked = true\n${mirror('a.example')}` },
  },
  'a registry is blocked': {
    before: { [MAIN]: `${HUB}blocked = true\n` },
    findings: [`note blocked_without_mirrors /${MAIN}:1`],
    after: { [MAIN]: `${HUB}blocked = true\n${mirror('a.example')}` },
  },
  'a key has no certificate': {
    before: { [MAIN]: WITH_MIRROR, [`${CERTS}/client.key`]: 'x' },
    findings: [`error certificate_alone /${CERTS}/client.key`],
    after: { [MAIN]: WITH_MIRROR },
  },
  "an empty directory hides Docker's certificates": {
    before: { [MAIN]: WITH_MIRROR, [`${CERTS}/`]: undefined, 'etc/docker/certs.d/a.example/ca.crt': 'x' },
    findings: ['warning certificates_hidden /etc/docker/certs.d/a.example/ca.crt'],
    after: { [MAIN]: WITH_MIRROR, 'etc/docker/certs.d/a.example/ca.crt': 'x' },
  },
}

/** Debian's packages have these two files. */
const PLAUSIBLE: Tree = {
  [MAIN]: '# unqualified-search-registries = ["example.com"]\n',
  [`${DIRECTORY}/shortnames.conf`]:
    '[aliases]\n  "alpine" = "docker.io/library/alpine"\n  "ubi8/ubi" = "registry.access.redhat.com/ubi8/ubi"\n',
}

async function diagnosed(tree: Tree, version: string | undefined): Promise<readonly string[]> {
  return await withDirectory(async root => {
    await writeTree(root, { 'etc/': undefined, ...tree })
    const view = { node: openReader(root), uid: process.geteuid?.() ?? 0, machine: undefined }
    const written = version === undefined ? {} : { version }
    const list = { targets: { containers: { written, place: PLACE } } }
    const known = { containers: knownTarget(containers) }
    const diagnosis = await diagnose(known, { named: [], list }, view, Date.UTC(2026, 0, 2))
    return buildDoctorReport(diagnosis, []).findings.map(inShort)
  })
}

describe('doctor for Podman and CRI-O', () => {
  for (const [title, { version, before, findings, after }] of Object.entries(CASES))
    it(title, async () => {
      assert.deepEqual(await diagnosed(before, version), findings)
      assert.deepEqual(await diagnosed(after, version), [])
    })

  it('finds nothing on a node as Debian installs it, whatever the release', async () => {
    for (const version of [undefined, '4.3', '5.8', '6.0'])
      assert.deepEqual(await diagnosed(PLAUSIBLE, version), [])
  })

  it('has a case for each rule', () => {
    const found = Object.values(CASES).flatMap(({ findings }) => findings.map(text => text.split(' ')[1]))
    assert.deepEqual(
      rules.map(({ code }) => code).filter(code => !found.includes(code)),
      [],
    )
  })
})
