/** Which endpoints are probed for several targets, and how often. */
import assert from 'node:assert/strict'
import { baseUrl, type Registry } from '../../lib/model/registry.ts'
import { listEndpoints } from '../../lib/probe/endpoints.ts'
import { groupEndpoints, type Requester } from '../../lib/probe/group-endpoints.ts'
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'
import { listOf, mirror, registry } from '../support/lists.ts'

const [A, B] = [mirror('https://a.test'), mirror('https://b.test', { header: { Token: 'x' } })]
const HUB = registry('docker.io', [A, B])
const PINGING = { ...containerdDialect, pingDecides: true, sendsHeaders: false }

const requester = (name: string, more: Partial<Requester> = {}): Requester => ({
  name,
  registries: [HUB],
  dialect: containerdDialect,
  client: 'one',
  ...more,
})

/** `host role` with the target that it is probed as, and the targets that it is for. */
const grouped = (requesters: readonly Requester[], registries: readonly Registry[] = [HUB]) =>
  groupEndpoints({ registries }, requesters).map(({ base, role, probedAs, targets }) =>
    [new URL(baseUrl(base)).hostname, role, probedAs && `as ${probedAs}`, targets?.join('+')]
      .filter(part => part !== undefined)
      .join(' '),
  )

const SERVER = 'registry-1.docker.io server'

describe('the endpoints of a list', () => {
  it('are those of its only target, without a name', () => {
    const list = listOf(HUB, registry('quay.io', [A]))
    assert.deepEqual(
      groupEndpoints(list, [requester('containerd', { registries: list.registries })]),
      listEndpoints(list, containerdDialect),
    )
  })

  it('are there once where all targets request them in the same way', () =>
    assert.deepEqual(grouped([requester('containerd'), requester('nerdctl')]), [
      'a.test mirror',
      'b.test mirror',
      SERVER,
    ]))

  it('are there for each client, and for each way of judging a ping, in the order of the list', () => {
    const names = ['containerd', 'nerdctl']
    for (const other of [{ client: 'other' }, { dialect: PINGING }])
      assert.deepEqual(grouped([...names.map(name => requester(name)), requester('containers', other)]), [
        'a.test mirror containerd+nerdctl',
        'a.test mirror as containers containers',
        'b.test mirror containerd+nerdctl',
        'b.test mirror as containers containers',
        `${SERVER} containerd+nerdctl`,
        `${SERVER} as containers containers`,
      ])
  })

  it('are separate only where requests differ: headers, and how long the list waits', () => {
    const dialect = { ...containerdDialect, sendsHeaders: false }
    assert.deepEqual(grouped([requester('containerd'), requester('buildkit', { dialect })]), [
      'a.test mirror',
      'b.test mirror containerd',
      'b.test mirror as buildkit buildkit',
      SERVER,
    ])
    const waits = { ...containerdDialect, ignoresDialTimeout: true }
    assert.equal(grouped([requester('containerd'), requester('docker', { dialect: waits })]).length, 5)
  })

  it('are not there for a target that cannot have them, or does not get them', () => {
    const quay = registry('quay.io', [A])
    const registries = [HUB, quay]
    const [containerd, docker] = [
      requester('containerd', { registries }),
      requester('docker', { client: 'other', registries: [{ ...HUB, mirrors: [A] }] }),
    ]
    assert.deepEqual(grouped([docker, containerd], registries), [
      'a.test mirror docker',
      'a.test mirror as containerd containerd',
      'b.test mirror as containerd',
      `${SERVER} docker`,
      `${SERVER} as containerd containerd`,
      'a.test mirror as containerd',
      'quay.io server as containerd',
    ])
  })

  it('try https and then http where the runtime does, under the URL of the list', () => {
    const [http, secure, plain] = ['http://h.test:5000', 'https://s.test', 'https://p.test'].map(
      (origin, i) => mirror(origin, { skipVerify: i === 1 }),
    ) as [typeof A, typeof A, typeof A]
    const registries = [registry('docker.io', [http, secure, plain])]
    const dialect = { ...PINGING, triesHttpsFirst: true }
    const found = groupEndpoints({ registries }, [requester('containers', { registries, dialect })])
    assert.deepEqual(
      found.map(({ base, tries, skipVerify }) => [base.origin, tries?.map(one => one.origin), skipVerify]),
      [
        ['http://h.test:5000', ['https://h.test:5000', 'http://h.test:5000'], true],
        ['https://s.test', ['https://s.test', 'http://s.test'], true],
        ['https://p.test', undefined, false],
        ['https://registry-1.docker.io', undefined, false],
      ],
    )
  })
})
