#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
"""Applies a list of registry mirrors to a container node, restores the node, or probes its mirrors."""

DOCUMENTATION = r'''
---
module: regmirror
short_description: Manage the registry mirrors of a container node
version_added: 0.1.0
author:
  - regmirror
description:
  - Applies one list of registry mirrors to containerd with the program C(regmirror), which must be on the node.
  - It never restarts a runtime. I(restart_required) says whether one must be restarted, also by an earlier run.
  - The list may contain secrets. They are in no output, log or result.
notes:
  - A run that is killed may leave the list below C(/run) or in C(remote_tmp) of Ansible, readable by its user only. The next
    run on the node removes what is older than an hour.
requirements:
  - regmirror on the node, as one executable or with Node.js
options:
  state:
    description:
      - C(present) applies the list.
      - C(absent) restores what regmirror changed, and removes the list from I(directory).
      - C(probed) changes nothing and probes the mirrors of the list.
    type: str
    choices: [present, absent, probed]
    default: present
  list:
    description:
      - The list as data, with the keys of a list in YAML.
      - Errors name the key, such as C(registries['docker.io'].mirrors[0]).
    type: dict
  src:
    description:
      - The list as a file on the machine that runs Ansible, in C(.toml), C(.yaml), C(.yml) or C(.json).
      - The file may be encrypted with ansible-vault. Errors name its line.
      - Without I(src) and I(list), the list that the node has is used.
    type: path
  files:
    description:
      - Certificates and secrets that the list names by a relative path. They are kept beside the list with mode 0600.
      - A file of an earlier run that neither I(files) nor the list names is removed.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name in the list. By default that of I(files[].src).
        type: str
      src:
        description: A file on the machine that runs Ansible.
        type: path
      content:
        description: The content, in place of I(files[].src).
        type: str
  directory:
    description:
      - The directory of the list on the node, with I(root) in front if that is set.
      - The units of systemd use the default.
    type: path
    default: /etc/regmirror
  executable:
    description: The program on the node, as a name or an absolute path.
    type: str
    default: regmirror
  root:
    description: Use the tree below this directory of the node, such as a mounted image. No daemon is contacted.
    type: path
  targets:
    description: Use only these runtimes, such as C(containerd).
    type: list
    elements: str
    default: []
  allow_files_from:
    description: More directories of the node in which the list may name files.
    type: list
    elements: path
    default: []
  take_over:
    description: Take over files that another program manages.
    type: bool
    default: false
  overwrite:
    description: For C(absent), also restore files that were changed outside regmirror.
    type: bool
    default: false
  declared:
    description: Also write mirrors that C(regmirror watch) marked unhealthy.
    type: bool
    default: false
  rank:
    description: Probe the mirrors, then order them by this measurement.
    type: str
    choices: [latency, throughput]
  require_healthy:
    description:
      - With C(true), change nothing, and fail, unless every registry is healthy. A server that works is enough for that.
      - With C(mirrors), each registry that has mirrors must also have a healthy one.
      - In check mode, the mirrors are not probed before the plan.
    type: raw
    default: false
  wait:
    description: How long I(require_healthy) waits for that, such as C(30s) or C(5m).
    type: str
    default: 0s
  probe:
    description: Probe the mirrors after they are written. Registries that are not healthy are findings and a warning.
    type: bool
    default: false
  depth:
    description: The requests of each probe. By default those of the list, and C(manifest) for I(require_healthy).
    type: str
    choices: [ping, manifest, blob]
  lock_timeout:
    description: How long to wait for another regmirror that writes to the node.
    type: str
    default: 60s
attributes:
  check_mode:
    description: Plans, and changes nothing. On a node without regmirror it reports that it would change something.
    support: full
  diff_mode:
    description: Shows the files before and after, with secrets hidden. Parts between the changes are left out.
    support: full
'''

EXAMPLES = r'''
- name: Apply a list from variables
  regmirror.node.regmirror:
    list:
      version: 1
      registries:
        docker.io:
          mirrors:
            - https://harbor.example.com/v2/hub
  register: mirrors

- name: Restart containerd when a change requires it
  ansible.builtin.systemd:
    name: containerd
    state: restarted
  when: mirrors.restart_required

- name: Apply a list in a file, with a private CA and a password, if its mirrors are healthy
  regmirror.node.regmirror:
    src: mirrors.toml
    files:
      - src: corp-ca.pem
      - name: robot.password
        content: "{{ harbor_password }}"
    require_healthy: true
    wait: 30s

- name: Prepare an image
  regmirror.node.regmirror:
    src: mirrors.toml
    root: /mnt/image

- name: Probe the mirrors, and fail unless every registry is healthy
  regmirror.node.regmirror:
    state: probed
    require_healthy: true

- name: Apply a list only if each registry has a healthy mirror
  regmirror.node.regmirror:
    src: mirrors.toml
    require_healthy: mirrors
    wait: 5m

- name: Undo everything regmirror changed on the node
  regmirror.node.regmirror:
    state: absent
'''

RETURN = r'''
changes:
  description: The first 20 files that were changed, or would be in check mode.
  returned: success
  type: list
  elements: dict
  sample:
    - action: create
      path: /etc/containerd/certs.d/docker.io/hosts.toml
      effect: restart
      why: 1 mirror for docker.io
  contains:
    action:
      description: C(create), C(update) or C(delete).
      type: str
    path:
      description: The file.
      type: str
    effect:
      description: When it takes effect, such as C(immediate), C(reload) or C(restart).
      type: str
    why:
      description: The reason.
      type: str
changes_total:
  description: The number of all files that were changed.
  returned: success
  type: int
check_mode:
  description: Whether the module ran in check mode and changed nothing.
  returned: success
  type: bool
restart_required:
  description: Whether a runtime must be restarted before all changes take effect, including those of earlier runs.
  returned: success
  type: bool
restart:
  description: The runtimes to restart.
  returned: success
  type: list
  elements: dict
  sample:
    - target: containerd
      command: systemctl restart containerd
      why: config.toml sets another config_path
  contains:
    target:
      description: The runtime.
      type: str
    command:
      description: The command that restarts it.
      type: str
    why:
      description: The reason.
      type: str
reload:
  description: The runtimes to reload, with the same keys as I(restart).
  returned: success
  type: list
  elements: dict
findings:
  description:
    - Notices, and endpoints and registries that are not healthy.
    - At most three of a kind, and at most 20.
  returned: always
  type: list
  elements: dict
  sample:
    - code: dns
      registry: docker.io
      mirror: https://mirror.example.com/v2
      message: "mirror https://mirror.example.com/v2 is unhealthy: the host name has no address"
  contains:
    code:
      description: A stable word for scripts. The documentation of regmirror lists them.
      type: str
    message:
      description: The problem and the remedy.
      type: str
unhealthy:
  description:
    - The registries for which no pull by tag is known to work. Empty where nothing was probed.
    - With C(mirrors) for I(require_healthy), also those that have mirrors and no healthy one.
  returned: success
  type: list
  elements: str
errors:
  description: Why it failed, with file and line where there is one. I(msg) has the same as text.
  returned: failure
  type: list
  elements: dict
  sample:
    - file: /home/me/mirrors.toml
      line: 3
      column: 12
      message: the scheme must be https or http, not ftp
  contains:
    file:
      description: The file; C(list) for a list from variables.
      type: str
    line:
      description: The line.
      type: int
    column:
      description: The column.
      type: int
    key:
      description: For a list from variables, the key.
      type: str
    message:
      description: The problem.
      type: str
    hint:
      description: The remedy.
      type: str
code:
  description: A stable word for the error, such as C(invalid_list), C(conflict), C(locked), C(usage) or C(unhealthy).
  returned: failure
  type: str
'''

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.regmirror.node.plugins.module_utils.states import STATES, end_on_signals, read_required

OPTIONS = {
    'state': {'choices': ['present', 'absent', 'probed'], 'default': 'present'},
    # The action plugin reads these three, and hands them over in _delivery.
    'list': {'type': 'dict', 'no_log': True},
    'src': {'type': 'path'},
    'files': {
        'type': 'list', 'elements': 'dict', 'default': [], 'no_log': True,
        'options': {'name': {}, 'src': {'type': 'path'}, 'content': {'no_log': True}},
    },
    '_delivery': {'default': '{}', 'no_log': True},
    'directory': {'type': 'path', 'default': '/etc/regmirror'},
    'executable': {'default': 'regmirror'},
    'root': {'type': 'path'},
    'targets': {'type': 'list', 'elements': 'str', 'default': []},
    'allow_files_from': {'type': 'list', 'elements': 'path', 'default': []},
    'take_over': {'type': 'bool', 'default': False},
    'overwrite': {'type': 'bool', 'default': False},
    'declared': {'type': 'bool', 'default': False},
    'rank': {'choices': ['latency', 'throughput']},
    # A switch, or mirrors.
    'require_healthy': {'type': 'raw', 'default': False},
    'wait': {'default': '0s'},
    'probe': {'type': 'bool', 'default': False},
    'depth': {'choices': ['ping', 'manifest', 'blob']},
    'lock_timeout': {'default': '60s', 'no_log': False},
}


def main():
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    end_on_signals()
    read_required(module)
    STATES[module.params['state']](module)


if __name__ == '__main__':
    main()
