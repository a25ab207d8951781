/** Import of a Docker node, and the plan of that list: what Docker contacts does not change. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from '../../support/run.ts'
import { readTree, withDirectory, writeTree } from '../../support/tree.ts'

const DAEMON_JSON = `{
  "registry-mirrors": ["https://a.example", "https://open.example:8443"],
  "insecure-registries": ["reg.lab:5000", "open.example:8443", "10.0.0.0/8"]
}
`

/** `version`: of Docker, where the list has it. */
async function importAndPlan(version: string) {
  return await withDirectory(async directory => {
    const root = path.join(directory, 'root')
    await writeTree(root, { 'usr/bin/dockerd': '', 'etc/docker/daemon.json': DAEMON_JSON })
    const imported = await run(['import', '--root', root])
    const list = path.join(directory, 'mirrors.toml')
    const text = imported.stdout.replace('[targets.docker]', `[targets.docker]\nversion = "${version}"`)
    await fs.writeFile(list, text)
    const plan = await run(['plan', '-f', list, '--root', root])
    const applied = await run(['apply', '-f', list, '--root', root])
    const after = (await readTree(root))['etc/docker/daemon.json']
    return { imported, text, plan, applied, after }
  })
}

describe('import of a node with Docker', () => {
  it('leaves insecure-registries of other hosts in daemon.json, and says so', async () => {
    const { imported, text } = await importAndPlan('27.5')
    assert.equal(imported.code, 0)
    assert.match(imported.stderr, /daemon\.json:3.*stays in this file.*reg\.lab:5000/)
    assert.doesNotMatch(text, /reg\.lab/)
    assert.match(text, /url = "https:\/\/open\.example:8443", skip_verify = true/)
  })

  it('makes a list that changes nothing', async () => {
    const { plan, after } = await importAndPlan('27.5')
    assert.equal(plan.code, 0, plan.stderr)
    assert.match(plan.stdout, /no changes|nothing to/i)
    assert.equal(after, DAEMON_JSON)
  })

  it('makes a list that adds hosts.toml for docker build from 28, and leaves daemon.json', async () => {
    const { applied, after } = await importAndPlan('28.5')
    assert.equal(applied.code, 0, applied.stderr)
    assert.equal(after, DAEMON_JSON)
  })
})
