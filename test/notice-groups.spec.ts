/** Notices of one kind are one notice for people, and stay apart for programs. */
import assert from 'node:assert/strict'
import { noticeEvents } from '../lib/watch/events.ts'
import { groupNotices } from '../lib/wording/notice-groups.ts'
import { BARE, type TestNode, withNode } from './support/node.ts'

const MIRRORS = 50

/** A list of many registries, each with a mirror over http. */
const LIST = `version = 1\n${Array.from(
  { length: MIRRORS },
  (_, i) => `[registries."r${i}.test"]\nmirrors = ["http://m${i}.example.com"]\n`,
).join('')}[targets.containerd]\nversion = "2.1"\n`

describe('notices of one kind', () => {
  const onNode = (use: (node: TestNode) => Promise<void>) => withNode(BARE, use, LIST)

  for (const command of ['validate', 'plan', 'apply'])
    it(`are one notice of ${command}, with a count and the first three`, () =>
      onNode(async ({ run, list }) => {
        const { stderr } = await run(command)
        const notices = stderr.split('\n').filter(line => line.startsWith('notice: '))
        assert.equal(notices.length, 4, stderr.slice(0, 2000))
        const places = [3, 5, 7].map((line, i) => `${list}:${line}: http://m${i}.example.com`).join(', ')
        assert.ok(
          notices.includes(
            `notice: image names and credentials are sent to this mirror unencrypted; use https (${MIRRORS} times: ${places} and ${MIRRORS - 3} more)`,
          ),
          stderr,
        )
        // Their messages differ.
        assert.match(stderr, /m2\.example\.com is a name for examples; .*\n +and 47 more of this kind\n/)
        assert.equal(notices.at(-1), 'notice: --format json shows every notice')
      }))

  it('are all in JSON, and count for --strict', () =>
    onNode(async ({ run }) => {
      const { stdout, code } = await run('validate', '--strict', '--format', 'json')
      assert.deepEqual([code, JSON.parse(stdout).notices.length], [1, 3 * MIRRORS])
      assert.equal((await run('validate', '--strict')).code, 1)
    }))

  it('are of one runtime: those of another are counted apart', () => {
    const notices = ['docker', 'containers'].flatMap(target =>
      [1, 2, 3, 4].map(nth => ({ code: 'list_lossy', target, message: `${target} loses ${nth}` })),
    )
    assert.deepEqual(
      groupNotices(notices).map(({ lines }) => lines),
      ['docker', 'containers'].map(target => [
        ...[1, 2, 3].map(nth => `${target} loses ${nth}`),
        'and 1 more of this kind',
      ]),
    )
  })

  it('are one line of a log', () => {
    const notices = Array.from({ length: 5 }, (_, i) => ({
      code: 'http_mirror',
      message: 'use https',
      mirror: `http://m${i}`,
      file: 'mirrors.toml',
      line: i + 1,
    }))
    const [event, ...others] = noticeEvents(notices)
    assert.deepEqual(others, [])
    assert.equal(
      event?.text,
      'use https (5 times: mirrors.toml:1: http://m0, mirrors.toml:2: http://m1, mirrors.toml:3: http://m2 and 2 more)',
    )
    assert.equal(event?.fields?.count, 5)
    assert.equal(noticeEvents(notices.slice(0, 3)).length, 3)
  })
})
