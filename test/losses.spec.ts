/** `validate`, `plan` and `apply` of a list that a runtime cannot express in whole. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ErrorReport } from '../lib/model/error-report.ts'
import type { AppliedReport, PlannedReport, ValidateReport } from '../lib/model/report.ts'
import { targets } from '../lib/targets/index.ts'
import { lossTable, lossy } from '../lib/targets/loss-table.ts'
import type { Target, TargetTable } from '../lib/targets/target.ts'
import { knownTarget } from './support/known-target.ts'
import { run } from './support/run.ts'
import { onToyNode, type ToyNode } from './targets/made-up/on-node.ts'
import { table, toy } from './targets/made-up/toy.ts'

/** toy resolves tags with every mirror, and has no setting for a path. */
const LOSSY = `version = 1
[registries."docker.io"]
mirrors = ["https://a.example", { url = "https://b.example/v2/hub" }]
[registries."quay.io"]
mirrors = [{ url = "https://a.example", capabilities = ["pull"] }]
[registries."ghcr.io"]
mirrors = ["https://a.example"]
[registries."gcr.io"]
mirrors = ["https://a.example"]
targets = ["containerd"]
[targets.toy]
[targets.containerd]
`
/** toy has no setting for headers. */
const REFUSED = `version = 1
[registries."quay.io"]
mirrors = [{ url = "https://a.example", header = { X-Key = "planted-secret" } }]
[targets.toy]
[targets.containerd]
`

const onNode = (use: (node: ToyNode) => Promise<void>, more: { targets?: TargetTable } = {}) =>
  onToyNode({ 'etc/': undefined }, use, more)
const onNodeWith = (text: string, use: (node: ToyNode) => Promise<void>) =>
  onNode(async node => {
    await node.writeList(text)
    await use(node)
  })

const lossNotices = ({ notices }: Pick<ValidateReport, 'notices'>) =>
  notices
    .filter(({ code }) => code.startsWith('list_'))
    .map(({ code, target, registry, mirror, line, message }) => [
      code,
      target,
      registry,
      mirror,
      line,
      message,
    ])

const NOTICES = [
  [
    ...['list_impossible', 'toy', 'docker.io', 'https://b.example/v2/hub', 3],
    'toy has no setting for the path of a mirror; regmirror leaves the mirror out',
  ],
  [
    ...['list_lossy', 'toy', 'quay.io', 'https://a.example/v2', 5],
    'toy resolves tags with every mirror; it may resolve tags here',
  ],
]

describe('what a runtime cannot express', () => {
  it('is a notice of validate, plan and apply, with its place', () =>
    onNodeWith(LOSSY, async node => {
      assert.deepEqual(lossNotices(await node.report<ValidateReport>(0, 'validate')), NOTICES)
      assert.deepEqual(lossNotices(await node.report<PlannedReport>(0, 'plan')), NOTICES)
      assert.deepEqual(lossNotices(await node.report<AppliedReport>(0, 'apply')), NOTICES)
      assert.equal((await node.run('validate', '--strict')).code, 1)
    }))

  it('is left out of the files of this runtime alone', () =>
    onNodeWith(LOSSY, async node => {
      await node.apply()
      const tree = await node.tree()
      assert.match(
        String(tree['etc/buildkit-toy/mirrors/docker.io.toml']),
        /^mirrors = \["https:\/\/a\.example\/v2"\]$/m,
      )
      assert.match(String(tree['etc/containerd/certs.d/docker.io/hosts.toml']), /b\.example\/v2\/hub/)
    }))

  it('is in the JSON of validate, plan and apply', () =>
    onNodeWith(LOSSY, async node => {
      const losses = [
        {
          ...{ target: 'toy', loss: 'impossible', subject: 'path', feature: 'path_prefix' },
          ...{ registry: 'docker.io', mirror: 'https://b.example/v2/hub' },
          problem: 'toy has no setting for the path of a mirror',
          consequence: 'regmirror leaves the mirror out',
          place: { file: node.list, line: 3, column: 33 },
        },
        {
          ...{ target: 'toy', loss: 'lossy', subject: 'capabilities', feature: 'pull_only' },
          ...{ registry: 'quay.io', mirror: 'https://a.example/v2' },
          problem: 'toy resolves tags with every mirror',
          consequence: 'it may resolve tags here',
          place: { file: node.list, line: 5, column: 12 },
        },
      ]
      for (const verb of ['validate', 'plan', 'apply'])
        assert.deepEqual((await node.report<ValidateReport>(0, verb)).losses, losses, verb)
      const other = await node.report<PlannedReport>(0, 'plan', '--target', 'containerd')
      assert.deepEqual(other.losses, [])
    }))

  it('is not in the JSON of restore', () =>
    onNodeWith(LOSSY, async node => {
      await node.apply()
      assert.equal('losses' in (await node.report<object>(0, 'restore')), false)
    }))

  it('is an error about TLS, fallback and credentials, with its place and the remedy', () =>
    onNodeWith(REFUSED, async node => {
      const line = `${node.list}:3:12: toy has no setting for header: pulls go without it; leave the registry to other runtimes: targets = ["containerd"] in [registries."quay.io"]`
      for (const verb of ['validate', 'plan', 'apply']) {
        const { code, stderr, stdout } = await node.run(verb)
        assert.deepEqual([code, stderr, stdout], [2, `error: ${line}\n`, ''], verb)
      }
      assert.equal((await node.report<ErrorReport>(2, 'validate')).code, 'invalid_list')
      assert.deepEqual(await node.tree(), { 'etc/': undefined })
      await node.writeList(REFUSED.replace('[targets.toy]', 'targets = ["containerd"]\n[targets.toy]'))
      for (const verb of ['validate', 'plan', 'apply']) assert.equal((await node.run(verb)).code, 0, verb)
    }))

  it('has a remedy that names only runtimes that can have the registry', async () => {
    const twin = { ...toy, title: 'twin' }
    await onNode(
      async node => {
        await node.writeList(
          `${REFUSED}[targets.twin]\nconfig = "/etc/buildkit-toy/twin.json"\nmirrors_dir = "/etc/buildkit-toy/twin"\n`,
        )
        const { issues } = await node.report<ErrorReport>(2, 'validate')
        assert.deepEqual(
          issues?.map(({ hint }) => hint),
          Array(2).fill(
            'leave the registry to other runtimes: targets = ["containerd"] in [registries."quay.io"]',
          ),
        )
      },
      { targets: { ...table, twin: knownTarget(twin) } },
    )
  })
})

/** The result and the messages of a command on a terminal of this width. */
async function onTerminal(node: ToyNode, width: number, verb: string, known: TargetTable = table) {
  const ran = await run(
    node.args(verb, '--losses'),
    { env: { NO_COLOR: '1' } },
    { isTTY: true, columns: width },
    async () => known,
  )
  return {
    ...ran,
    stdout: ran.stdout.replaceAll(node.list, 'list'),
    stderr: ran.stderr.replaceAll(node.list, 'list'),
  }
}

describe('--losses', () => {
  const TABLE = `           containerd  toy
docker.io  lossless    impossible
quay.io    lossless    lossy
ghcr.io    lossless    lossless
gcr.io     lossless    left out
lossy: written, but it means something else there; impossible: at least one part is not written

impossible: toy has no setting for the path of a mirror; regmirror leaves the mirror out
  list:3:33: docker.io: https://b.example/v2/hub

lossy: toy resolves tags with every mirror; it may resolve tags here
  list:5:12: quay.io: https://a.example

`
  it('shows each registry and runtime, and below them each loss', () =>
    onNodeWith(LOSSY, async node => {
      for (const verb of ['validate', 'plan']) {
        const { stdout, stderr } = await node.run(verb, '--losses')
        assert.ok(stdout.replaceAll(node.list, 'list').startsWith(TABLE), stdout)
        assert.doesNotMatch(stderr, /has no setting for the path/, 'it is not said twice')
      }
      const { stdout } = await node.run('validate', '--losses')
      assert.match(stdout, /: valid \(4 registries, 5 mirrors\)\n$/)
    }))

  it('is in the JSON', () =>
    onNodeWith(LOSSY, async node => {
      const expected = ['containerd lossless', 'toy impossible', 'containerd lossless', 'toy lossy']
      for (const verb of ['validate', 'plan']) {
        const { fidelity = [] } = await node.report<ValidateReport>(0, verb, '--losses')
        assert.deepEqual(
          fidelity.slice(0, 4).map(({ target, fidelity: how }) => `${target} ${how}`),
          expected,
        )
        assert.equal(fidelity.at(-1)?.fidelity, 'left_out')
      }
      assert.equal((await node.report<ValidateReport>(0, 'validate')).fidelity, undefined)
    }))

  it('is shown beside the errors where something is impossible that must not be', () =>
    onNodeWith(REFUSED, async node => {
      for (const verb of ['validate', 'plan']) {
        const { code, stdout, stderr } = await node.run(verb, '--losses')
        assert.equal(code, 2)
        assert.match(stdout, /^quay\.io {2}lossless {4}impossible$/m)
        assert.match(stdout, /^impossible: toy has no setting for header; pulls go without it$/m)
        assert.doesNotMatch(stdout, /valid|nothing to do|to create|planted/)
        assert.match(stderr, /^error: .*:3:12: toy has no setting for header: pulls go without it; /m)
        const { conflicts = [] } = await node.report<ValidateReport>(2, verb, '--losses')
        assert.equal(conflicts.length, 1)
      }
    }))

  it('has only the runtimes that --target names', () =>
    onNodeWith(LOSSY, async node => {
      const { stdout } = await node.run('validate', '--losses', '--target', 'containerd')
      assert.doesNotMatch(stdout, /toy|impossible/)
      assert.match(stdout, /^gcr\.io {5}lossless$/m)
    }))

  it('fits a terminal of 60, 80 and 120 columns', async () => {
    const many = Object.fromEntries(
      ['docker', 'containers', 'buildkit', 'nerdctl'].map(name => [
        name,
        knownTarget({ ...toy, title: name }),
      ]),
    )
    const places = Object.keys(many).map(
      name =>
        `[targets.${name}]\nconfig = "/etc/buildkit-toy/${name}.json"\nmirrors_dir = "/etc/buildkit-toy/${name}"\n`,
    )
    const text = `${LOSSY}${places.join('')}[registries."a-registry-with-a-long-name.example.com:5000"]\nmirrors = []\n`
    const known = { ...table, ...many }
    await onNode(
      async node => {
        await node.writeList(text)
        for (const width of [60, 80, 120]) {
          const { stdout, stderr } = await onTerminal(node, width, 'validate', known)
          const wide = `${stdout}${stderr}`
            .split('\n')
            .filter(line => line.length > width && line.trim().includes(' '))
          assert.deepEqual(wide, [], `${width} columns`)
          for (const name of Object.keys(known)) assert.ok(stdout.includes(name), `${width} columns: ${name}`)
        }
        const middle = await onTerminal(node, 80, 'validate', known)
        assert.match(middle.stdout, /^docker\.io +● +✗ +✗ +✗ +✗ +✗$/m)
        assert.match(middle.stdout, /^● lossless; ◐ lossy: .*; ✗ impossible:\s[^;]*; - left out$/ms)
        const [narrow, broad] = [
          await onTerminal(node, 60, 'validate', known),
          await onTerminal(node, 120, 'validate', known),
        ]
        assert.match(narrow.stdout, /^docker\.io\n {2}containerd {2}lossless\n {2}toy {9}impossible\n/m)
        assert.match(
          broad.stdout,
          /^docker\.io +lossless +impossible +impossible +impossible +impossible +impossible$/m,
        )
      },
      { targets: known },
    )
  })

  it('says a loss of a thousand mirrors once', async () => {
    const mirror = (i: number) => `{ url = "https://m${i}.example", capabilities = ["pull"] }`
    const registries = Array.from(
      { length: 1000 },
      (_, i) => `[registries."r${i}.example"]\nmirrors = [${mirror(i)}]\n`,
    )
    const prefix = '[registries."docker.io"]\nmirrors = ["https://m.example/v2/hub", "https://n.example"]\n'
    await onNodeWith(`version = 1\n${registries.join('')}${prefix}[targets.toy]\n`, async node => {
      const { stderr } = await node.run('validate')
      const lines = stderr.split('\n').filter(line => line.includes(' toy '))
      assert.equal(lines.length, 2, stderr.slice(0, 2000))
      assert.match(
        stderr,
        /toy resolves tags with every mirror; it may resolve tags here \(1000 times: .* and 997 more\)/,
      )
      const { stdout } = await node.run('validate', '--losses')
      assert.match(stdout, /^lossy: toy resolves tags.*\n(.*\n){3} {2}and 997 more\n/m)
      const { losses } = await node.report<ValidateReport>(0, 'validate')
      assert.equal(losses.length, 1001)
    })
  })

  it('says an error of a thousand mirrors once', async () => {
    const registries = Array.from(
      { length: 1000 },
      (_, i) =>
        `[registries."r${i}.example"]\nmirrors = [{ url = "https://m${i}.example", header = { A = "1" } }]\n`,
    )
    await onNodeWith(`version = 1\n${registries.join('')}[targets.toy]\n`, async node => {
      const { stderr } = await node.run('validate')
      const errors = stderr.split('\n').filter(line => line.startsWith('error: '))
      assert.equal(errors.length, 4)
      assert.equal(errors[3], 'error: and 997 more of this kind; --format json shows each of them')
      assert.equal((await node.report<ErrorReport>(2, 'validate')).issues?.length, 1000)
    })
  })
})

describe('the settings and the node', () => {
  const narrow = lossTable('Toy 1', {
    pull_only: lossy('resolves tags with every mirror', 'tags may differ'),
  })
  const wide = lossTable('Toy 2', {})
  /** Toy 2 expresses everything: without a node, it may be that one. */
  const releases: Target = {
    ...toy,
    losses: { tables: [narrow, wide], of: (_settings, snapshot) => (snapshot === undefined ? wide : narrow) },
  } as Target

  it('decide together: validate knows the settings alone, plan also what is installed', () =>
    onNode(
      async node => {
        await node.writeList(LOSSY.replace('"https://b.example/v2/hub"', '"https://b.example"'))
        assert.deepEqual((await node.report<ValidateReport>(0, 'validate')).losses, [])
        const { losses = [] } = await node.report<PlannedReport>(0, 'plan')
        assert.deepEqual(
          losses.map(({ feature, registry }) => `${feature} ${registry}`),
          ['pull_only quay.io'],
        )
      },
      { targets: { ...table, toy: knownTarget(releases) } },
    ))
})

describe('the reports with losses', () => {
  it('are described by the schema', () =>
    onNodeWith(LOSSY, async node => {
      const file = path.join(import.meta.dirname, '../templates/report.schema.json')
      const closed = JSON.parse(readFileSync(file, 'utf8'), (_, value) =>
        value?.type === 'object' && value.properties && !value.oneOf
          ? { ...value, additionalProperties: false }
          : value,
      )
      const validate = new Ajv2020({ strict: false, allErrors: true }).compile(closed)
      for (const text of [LOSSY, REFUSED])
        for (const verb of ['validate', 'plan']) {
          await node.writeList(text)
          const { stdout } = await node.run(verb, '--losses', '--format', 'json')
          assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors))
        }
    }))
})

describe('the loss tables of the runtimes', () => {
  for (const [name, { load }] of Object.entries(targets))
    it(`of ${name} complete a sentence`, async () => {
      const { title, losses } = await load()
      for (const { features } of losses.tables)
        for (const [feature, fidelity] of Object.entries(features)) {
          if (fidelity === 'lossless') continue
          const { problem, consequence } = fidelity
          assert.match(problem, /^[a-z][^\n]*[^.\s]$/, `${title} ${feature}`)
          assert.match(consequence, /^[^\s][^\n]*[^.\s]$/, `${title} ${feature}`)
        }
    })
})
