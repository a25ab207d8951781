/** Which files Podman reads, in which order: by directories up to 5, by names since 6, which Debian does not have. */
import assert from 'node:assert/strict'
import { openReader } from '../../../lib/system/reader.ts'
import { loadOrder } from '../../../lib/targets/containers/files/load-order.ts'
import { findPlaces } from '../../../lib/targets/containers/places.ts'
import { readConfigFiles } from '../../../lib/targets/containers/read-files.ts'
import { type Tree, withDirectory, writeTree } from '../../support/tree.ts'

const SYSTEM = 'etc/containers'
const USER = 'root/.config/containers'
const VENDOR = 'usr/share/containers'

async function orders(tree: Tree): Promise<Readonly<Record<'by_directory' | 'by_name', readonly string[]>>> {
  return await withDirectory(async root => {
    await writeTree(root, { 'etc/': undefined, ...tree })
    const places = findPlaces({ uid: 0 }, { configDir: undefined }, undefined)
    const files = await readConfigFiles(openReader(root), places)
    const order = (loading: 'by_directory' | 'by_name') => loadOrder(files, loading).map(({ path }) => path)
    return { by_directory: order('by_directory'), by_name: order('by_name') }
  })
}

describe('the order of registries.conf and its drop-ins', () => {
  it('is that of the directories up to Podman 5, and that of the names since 6', async () => {
    const tree = {
      [`${SYSTEM}/registries.conf`]: '',
      [`${SYSTEM}/registries.conf.d/90-a.conf`]: '',
      [`${SYSTEM}/registries.conf.d/10-b.conf`]: '',
      [`${USER}/registries.conf.d/50-c.conf`]: '',
    }
    const [main, a, b, c] = Object.keys(tree).map(file => `/${file}`)
    assert.deepEqual(await orders(tree), { by_directory: [main, b, a, c], by_name: [main, b, c, a] })
  })

  it('has only files of the user where the user has a main file, up to Podman 5', async () => {
    const tree = {
      [`${SYSTEM}/registries.conf`]: '',
      [`${SYSTEM}/registries.conf.d/90-a.conf`]: '',
      [`${USER}/registries.conf`]: '',
      [`${USER}/registries.conf.d/50-c.conf`]: '',
    }
    const [, a, main, c] = Object.keys(tree).map(file => `/${file}`)
    assert.deepEqual(await orders(tree), { by_directory: [main, c], by_name: [main, c, a] })
  })

  it('has files of the vendor and for root alone since Podman 6; of one name, the last directory counts', async () => {
    const tree = {
      [`${VENDOR}/registries.conf`]: '',
      [`${VENDOR}/registries.conf.d/20-a.conf`]: '',
      [`${VENDOR}/registries.conf.d/30-b.conf`]: '',
      [`${SYSTEM}/registries.conf.d/30-b.conf`]: '',
      [`${SYSTEM}/registries.rootful.conf.d/10-c.conf`]: '',
      [`${SYSTEM}/registries.rootless.conf.d/10-d.conf`]: '',
    }
    const [main, a, , b, c] = Object.keys(tree).map(file => `/${file}`)
    assert.deepEqual(await orders(tree), { by_directory: [b], by_name: [main, c, a, b] })
  })

  it('has links up to Podman 5 only, and no directories and no other endings', async () => {
    const tree = {
      'opt/a.conf': '',
      [`${SYSTEM}/registries.conf.d/10-a.conf`]: '-> /opt/a.conf',
      [`${SYSTEM}/registries.conf.d/20-b.conf/`]: undefined,
      [`${SYSTEM}/registries.conf.d/30-c.conf.bak`]: '',
    }
    const [, link] = Object.keys(tree).map(file => `/${file}`)
    assert.deepEqual(await orders(tree), { by_directory: [link], by_name: [] })
  })
})
