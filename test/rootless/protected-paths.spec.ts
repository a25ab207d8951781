/** Where regmirror may write for a user, links followed. */
import assert from 'node:assert/strict'
import { findOwner } from '../../lib/ownership/protected-paths.ts'

const ann = {
  home: '/home/ann',
  configHome: '/home/ann/.config',
  dataHome: '/home/ann/.local/share',
  stateHome: '/home/ann/.local/state',
}
const elsewhere = { ...ann, configHome: '/mnt/.settings', stateHome: '/mnt/state' }

const ALLOWED = [
  '/home/ann/.config/docker/daemon.json',
  '/home/ann/.config/docker/certs.d/m.example/ca.crt',
  '/home/ann/.config/containers/registries.conf.d/90-regmirror.conf',
  '/home/ann/.config/containers/certs.d/m.example/ca.crt',
  '/home/ann/.config/buildkit/buildkitd.toml',
  '/home/ann/.config/nerdctl/nerdctl.toml',
  '/home/ann/.config/containerd/certs.d/docker.io/hosts.toml',
  '/home/ann/.dotfiles/config/docker/daemon.json',
  '/home/ann/.dotfiles/docker/.config/docker/daemon.json',
  '/home/ann/dotfiles/daemon.json',
]
const OTHERS = [
  '/home/ann/.bashrc',
  '/home/ann/.ssh/authorized_keys',
  '/home/ann/.config/systemd/user/docker.service',
  '/home/ann/.config/autostart/docker.desktop',
  '/home/ann/.config/fish/config.fish',
  '/home/ann/.config/docker/.ssh/config',
  '/home/bob/.ssh/config',
  '/etc/cron.d/docker',
  '/usr/bin/docker',
]

describe('the directories of a user', () => {
  for (const file of ALLOWED) it(`may have ${file}`, () => assert.equal(findOwner(file, ann), undefined))
  for (const file of OTHERS)
    it(`may not have ${file}`, () => assert.equal(findOwner(file, ann), 'another part of the system'))

  it('have the state and the lists of regmirror, which no runtime has', () => {
    for (const user of [ann, elsewhere]) {
      assert.equal(findOwner(`${user.stateHome}/regmirror/state.json`, user), 'the state of regmirror')
      assert.equal(
        findOwner(`${user.configHome}/regmirror/mirrors.toml`, user),
        'the mirror lists of regmirror',
      )
    }
    assert.equal(findOwner('/var/lib/regmirror/state.json', ann), 'the state of regmirror')
  })

  it('are where $XDG_CONFIG_HOME says, hidden or not', () => {
    assert.equal(findOwner('/mnt/.settings/docker/daemon.json', elsewhere), undefined)
    assert.equal(findOwner('/mnt/.settings/systemd/user/x.service', elsewhere), 'another part of the system')
    assert.equal(findOwner('/mnt/.settings/docker/daemon.json', ann), 'another part of the system')
  })
})
