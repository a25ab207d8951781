/**
 * A loop over a template with Debian's Ansible, with its default settings. The directories are there already: a loop that
 * makes them takes as long again.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import { ANSIBLE } from '../../e2e/support/ansible.ts'
import { launcher, treeOf } from '../../e2e/support/runtimes.ts'
import type { Peer } from '../peers.ts'
import { MIRRORS, makeNode, registryNames } from './nodes.ts'

const PLAYBOOK = `- hosts: localhost
  gather_facts: false
  tasks:
    - name: Write hosts.toml
      ansible.builtin.template:
        src: hosts.toml.j2
        dest: "{{ root }}/etc/containerd/certs.d/{{ item }}/hosts.toml"
      loop: "{{ registries }}"
`
const TEMPLATE = `server = "https://{{ item }}"
{% for mirror in range(${MIRRORS}) %}

[host."https://m{{ mirror }}.{{ item }}"]
  capabilities = ["pull", "resolve"]
{% endfor %}
`

export const ansibleLoop: Peer = async (folder, root, registries) => {
  const python = launcher(ANSIBLE, 'python3')
  const [playbook, vars] = [path.join(folder, 'mirrors.yml'), path.join(folder, 'vars.json')]
  await fs.writeFile(playbook, PLAYBOOK)
  await fs.writeFile(path.join(folder, 'hosts.toml.j2'), TEMPLATE)
  const values = { root, registries: registryNames(registries) }
  const connection = { ansible_connection: 'local', ansible_python_interpreter: python }
  await fs.writeFile(vars, JSON.stringify({ ...values, ...connection }))
  const program = path.join(treeOf(ANSIBLE), 'usr/bin/ansible-playbook')
  const command = [python, program, '--inventory', 'localhost,', '--extra-vars', `@${vars}`, playbook]
  const env = { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8' }
  const prepare = async () => {
    await makeNode(root)
    for (const name of registryNames(registries))
      await fs.mkdir(path.join(root, 'etc/containerd/certs.d', name), { recursive: true })
  }
  return { command, env, prepare }
}
