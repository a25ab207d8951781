import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory } from '../support/tree.ts'
import { ANSIBLE, type Played, play } from './support/ansible.ts'
import { needRuntime } from './support/runtimes.ts'

/** Copies a file, and runs a handler when that changed something. */
const PLAYBOOK = `
- hosts: all
  gather_facts: false
  tasks:
    - name: copy
      ansible.builtin.copy: { content: "{{ text }}", dest: "{{ to }}" }
      notify: tell
  handlers:
    - name: tell
      ansible.builtin.command: { argv: [echo, told] }
`

describe('Ansible', function () {
  this.timeout(180_000)
  before(function () {
    needRuntime(this, ANSIBLE, false)
  })

  it('tells changed from unchanged, and shows what a check would change', () =>
    withDirectory(async home => {
      const playbook = path.join(home, 'playbook.yml')
      const to = path.join(home, 'copied')
      await fs.writeFile(playbook, PLAYBOOK)

      const first = await play({ playbook, home, vars: { text: 'one\n', to } })
      assert.deepEqual(statuses(first), ['copy changed', 'tell changed'])
      assert.equal(first.tasks[1]?.result.stdout, 'told')

      const again = await play({ playbook, home, vars: { text: 'one\n', to } })
      assert.deepEqual(statuses(again), ['copy ok'])

      const check = await play({ playbook, home, vars: { text: 'two\n', to }, check: true, diff: true })
      assert.deepEqual(statuses(check), ['copy changed', 'tell skipped'])
      assert.match(JSON.stringify(check.tasks[0]?.result.diff), /two/)
      assert.equal(await fs.readFile(to, 'utf8'), 'one\n')
    }))

  it('says when a playbook cannot be read', () =>
    withDirectory(async home => {
      const played = await play({ playbook: path.join(home, 'none.yml'), home })
      assert.notEqual(played.code, 0)
      assert.deepEqual(played.tasks, [])
    }))
})

function statuses(played: Played): string[] {
  assert.equal(played.code, 0, played.stdout + played.stderr)
  return played.tasks.map(task => `${task.name} ${task.status}`)
}
