import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { ProgramResult, RunProgram } from '../../../lib/system/run.ts'
import { dumpIssues } from '../../../lib/targets/containerd/config/dump.ts'

const HOSTS_DIR = '/etc/containerd/certs.d'
const CONFIG = '/etc/containerd/config.toml'
const TAKEN = `[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "${HOSTS_DIR}"\n`

/** Runs the check against a containerd with this outcome; returns its input too. */
async function check(
  outcome: Partial<ProgramResult> | undefined,
  text = 'version = 2\n',
  imports: string[] = [],
) {
  const shown = { text: '' }
  const run: RunProgram = async (_, args, stdin) => {
    assert.equal(args[1], '/proc/self/fd/0')
    shown.text = readFileSync(`/proc/self/fd/${stdin}`, 'utf8')
    return outcome && { code: 0, stdout: '', stderr: '', ...outcome }
  }
  const issues = await dumpIssues({ run, program: 'containerd', imports, hostsDir: HOSTS_DIR }, CONFIG, text)
  return { shown, messages: issues.map(issue => issue.message) }
}

describe('containerd config dump', () => {
  it('accepts a file that takes effect, whatever else containerd warns about', async () => {
    const stderr = 'level=warning msg="Ignoring unknown key in TOML" key="x config_path"\n'
    assert.deepEqual((await check({ stdout: TAKEN, stderr })).messages, [])
  })

  it('is skipped where there is no containerd', async () => {
    assert.deepEqual((await check(undefined)).messages, [])
  })

  it('reports what containerd refuses, without a value that it quotes', async () => {
    const stderr = `containerd: failed: (3, 1): Can't convert planted\nsecret(string) to config.AuthConfig\n`
    const { messages } = await check({ code: 1, stderr })
    assert.deepEqual(messages, [
      "containerd refuses the new file: failed: (3, 1): Can't convert ***(string) to config.AuthConfig",
    ])
  })

  it('reports what containerd refuses, without a secret of the file that it quotes', async () => {
    const text =
      'version = 2\n[r.auth]\nusername = "it"\npassword = "plan\\"ted"\nx = "https://u:planted@r.test"\n'
    for (const quote of ['"plan\\"ted"', 'plan"ted', 'https://u:planted@r.test']) {
      const { messages } = await check({ code: 1, stderr: `containerd: it is wrong: ${quote}\n` }, text)
      assert.match(messages[0] ?? '', /^containerd refuses the new file: it is wrong: \S*\*\*\*/)
      assert.doesNotMatch(messages[0] ?? '', /ted/)
    }
  })

  it('reports the panic of containerd, without the stack trace', async () => {
    const stderr =
      'time="…" level=info\npanic: invalid config: planted\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:39 +0x2d\n'
    const text = 'version = 2\n[r.auth]\npassword = "planted"\n'
    const { messages } = await check({ code: 2, stderr }, text)
    assert.deepEqual(messages, ['containerd refuses the new file: panic: invalid config: ***'])
  })

  it('uses only the exit code where CRI is disabled', async () => {
    const withoutCri = (code: number) => ({
      run: async () => ({ code, stdout: 'version = 2\n', stderr: 'no' }),
      ...{ program: 'containerd', imports: [], hostsDir: undefined },
    })
    assert.deepEqual(await dumpIssues(withoutCri(0), CONFIG, 'version = 2\n'), [])
    assert.equal((await dumpIssues(withoutCri(1), CONFIG, 'version = 2\n')).length, 1)
  })

  it('reports a containerd that does not finish', async () => {
    assert.deepEqual((await check({ code: null })).messages, [
      'containerd did not finish reading the new file',
    ])
  })

  it('reports a key that containerd ignores', async () => {
    assert.deepEqual((await check({})).messages, [
      'containerd reads the new file, but config_path does not take effect',
    ])
    const stderr = 'msg="Ignoring unknown key in TOML for plugin" key="registry config_path"'
    assert.match(
      (await check({ stderr })).messages[0] ?? '',
      /does not know the key that regmirror sets: .*config_path/,
    )
  })

  it('passes imports by their paths: a pattern would match the file that is replaced', async () => {
    const text = 'version = 2\nimports = ["*.toml"]\n'
    const { shown } = await check({ stdout: TAKEN }, text, ['/etc/containerd/a.toml'])
    assert.equal(shown.text, 'version = 2\nimports = ["/etc/containerd/a.toml"]\n')
  })

  it('reports the path of the file, not that of standard input', async () => {
    const stderr = 'containerd: failed to load TOML: /proc/self/fd/0: (2, 1): unterminated array\n'
    const { messages } = await check({ code: 1, stderr })
    assert.deepEqual(messages, [
      'containerd refuses the new file: failed to load TOML: /etc/containerd/config.toml: (2, 1): unterminated array',
    ])
  })
})
