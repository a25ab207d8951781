/** Which image store a Docker has. */
import assert from 'node:assert/strict'
import { dockerLosses } from '../../../lib/targets/docker/losses.ts'
import { dockerSettings } from '../../../lib/targets/docker/settings.ts'
import { chooseStore, type StoreFacts } from '../../../lib/targets/docker/store.ts'
import { parseRelease } from '../../../lib/targets/release.ts'

const facts = (version: string, more: Partial<StoreFacts> = {}): StoreFacts => ({
  settings: { store: undefined },
  running: undefined,
  value: {},
  storageDriver: undefined,
  release: parseRelease(version),
  hasPriorDriver: undefined,
  ...more,
})
const storeOf = (given: StoreFacts) => chooseStore(given)?.store

describe('the image store of Docker', () => {
  it('is that of the list, else that of the running daemon, else that of daemon.json', () => {
    const value = { features: { 'containerd-snapshotter': true } }
    const running = { running: 'graphdriver', value } as const
    assert.equal(storeOf(facts('28.5', { ...running, settings: { store: 'containerd' } })), 'containerd')
    assert.equal(storeOf(facts('28.5', running)), 'graphdriver')
    assert.equal(storeOf(facts('28.5', { value })), 'containerd')
    assert.equal(
      storeOf(facts('29.1', { value: { features: { 'containerd-snapshotter': false } } })),
      'graphdriver',
    )
  })

  it('is a graph driver before 29', () => {
    assert.equal(storeOf(facts('28.5.2')), 'graphdriver')
    assert.equal(storeOf(facts('20.10.24')), 'graphdriver')
  })

  it('is containerd on a new 29, unless a graph driver is set or has images', () => {
    assert.equal(storeOf(facts('29.1', { hasPriorDriver: false })), 'containerd')
    assert.equal(storeOf(facts('29.1', { hasPriorDriver: true })), 'graphdriver')
    assert.equal(storeOf(facts('29.1', { hasPriorDriver: false, storageDriver: 'vfs' })), 'graphdriver')
    assert.equal(storeOf(facts('29.1', { value: { 'storage-driver': 'overlay2' } })), 'graphdriver')
    assert.equal(storeOf(facts('29.1', { value: { 'storage-driver': 'native' } })), 'containerd')
    assert.equal(storeOf(facts('29.1', { value: { 'userns-remap': 'default' } })), 'graphdriver')
  })

  it('is not known on another tree with 29, or without a release', () => {
    assert.equal(storeOf(facts('29.1')), undefined)
    assert.equal(storeOf({ ...facts('29.1'), release: undefined }), undefined)
  })
})

describe('the loss table of Docker', () => {
  const place = { file: 'list', line: 1, column: 1 }
  const titleOf = (written: Record<string, string>) =>
    dockerLosses.of(dockerSettings.resolve(written, place)).title

  it('follows the version and the store of the list', () => {
    assert.equal(titleOf({ version: '20.10' }), 'Docker before 24.0.8')
    assert.equal(titleOf({ version: '24.0.7' }), 'Docker before 24.0.8')
    assert.equal(titleOf({ version: '24.0' }), 'Docker 24 to 27')
    assert.equal(titleOf({ version: '27.5.1', store: 'containerd' }), 'Docker 24 to 27')
    assert.equal(
      titleOf({ version: '28.5', store: 'graphdriver' }),
      'Docker 28 and later with the graphdriver store',
    )
    assert.equal(
      titleOf({ version: '28.2.2', store: 'containerd' }),
      'Docker 28.0 to 28.2 with the containerd store',
    )
  })

  it('is the one that expresses most where the list says neither', () => {
    assert.equal(titleOf({}), 'Docker 28 and later with the containerd store')
    assert.equal(titleOf({ version: '28.5' }), 'Docker 28 and later with the containerd store')
  })
})

describe('[targets.docker]', () => {
  const problems = (config: string) => dockerSettings.check({ config }, ['targets', 'docker'])

  it('names a file of Docker', () => {
    assert.deepEqual(problems('/etc/docker/daemon.json'), [])
    assert.deepEqual(problems('/srv/docker.json'), [])
    for (const config of [
      '/etc/docker/daemon.conf',
      '/etc/cron.d/docker.json',
      'daemon.json',
      '/etc/../a.json',
    ])
      assert.deepEqual(problems(config)[0]?.path, ['targets', 'docker', 'config'], config)
  })
})
