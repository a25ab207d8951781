import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { openTree } from '../../../lib/system/files.ts'
import {
  configOf,
  daemonEnvironment,
  daemonStart,
  startTicks,
} from '../../../lib/targets/containerd/daemon.ts'
import { withDirectory } from '../../support/tree.ts'

const CONFIG = '/etc/containerd/config.toml'

describe('when containerd was started', () => {
  const lines: [cmdline: string, config: string][] = [
    ['/usr/bin/containerd', CONFIG],
    ['containerd\0--log-level\0debug', CONFIG],
    ['containerd\0-c\0/a.toml', '/a.toml'],
    ['containerd\0--config\0/a.toml\0--root\0/r', '/a.toml'],
    ['containerd\0--config=/a.toml', '/a.toml'],
    ['containerd\0-c=/a.toml', '/a.toml'],
  ]
  for (const [cmdline, config] of lines) {
    it(`${cmdline.replaceAll('\0', ' ')} reads ${config}`, () => assert.equal(configOf(cmdline), config))
  }

  it('finds the start in the 22nd field, whatever the name in brackets', () => {
    const fields = ['S', ...Array.from({ length: 18 }, (_, i) => String(i)), '4711', '0']
    assert.equal(startTicks(`12 (a) b (c) ${fields.join(' ')}`), 4711)
  })

  it('reads start and environment from /proc, and tells a containerd of somebody else from ours', () =>
    withDirectory(async root => {
      const stat = (ticks: number) =>
        `1 (containerd) S ${Array.from({ length: 18 }, () => '0').join(' ')} ${ticks} 0`
      const processes = {
        7: ['containerd', 'containerd\0--config\0/var/run/docker/containerd/containerd.toml', 100],
        8: ['containerd', 'containerd', 9000],
        9: ['sh', 'containerd', 1],
        10: ['containerd', 'containerd', 1],
      } as const
      for (const [id, [comm, cmdline, ticks]] of Object.entries(processes)) {
        await fs.mkdir(path.join(root, 'proc', id), { recursive: true })
        await fs.writeFile(path.join(root, 'proc', id, 'comm'), `${comm}\n`)
        await fs.writeFile(path.join(root, 'proc', id, 'cmdline'), cmdline)
        await fs.writeFile(path.join(root, 'proc', id, 'stat'), stat(ticks))
      }
      await fs.writeFile(path.join(root, 'proc/8/status'), 'Name:\tcontainerd\nNSpid:\t8\n')
      // In a container of ours.
      await fs.writeFile(path.join(root, 'proc/10/status'), 'Name:\tcontainerd\nNSpid:\t10\t1\n')
      await fs.writeFile(path.join(root, 'proc/10/environ'), 'HTTPS_PROXY=http://wrong.test')
      await fs.writeFile(
        path.join(root, 'proc/8/environ'),
        'HTTPS_PROXY=http://p.test:3128/?a=b\0LINES=a\nb\0nonsense\0',
      )
      const environment = { HTTPS_PROXY: 'http://p.test:3128/?a=b', LINES: 'a\nb' }
      assert.deepEqual(await daemonEnvironment(openTree(root), CONFIG), environment)
      assert.equal(await daemonEnvironment(openTree(root), '/other.toml'), undefined)
      await fs.writeFile(path.join(root, 'proc/uptime'), '100.00 50.00\n')
      // Up for 100 s, started 90 s after boot: 10 s ago.
      assert.equal(await daemonStart(openTree(root), () => 1_000_000, CONFIG), 990_000)
      assert.equal(await daemonStart(openTree(root), () => 1_000_000, '/other.toml'), undefined)
    }))
})
