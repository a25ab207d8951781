# SPDX-License-Identifier: Apache-2.0
"""Reads the list and its files on the machine that runs Ansible, and hands them to the module as one secret text.

As one text, because Ansible hides each value of a secret dictionary: with a list, it would hide every 1 of the output.
"""

import json
import os
import shlex

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.regmirror.node.plugins.module_utils.list_text import text_of
from ansible_collections.regmirror.node.plugins.module_utils.result import FROM_VARIABLES

FORMATS = {'.toml': 'toml', '.yaml': 'yaml', '.yml': 'yaml', '.json': 'json'}
REMOVE_ABANDONED = 'find %s -maxdepth 2 -name AnsiballZ_regmirror.py -mmin +60 -delete || true'


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        args = dict(self._task.args)
        src, data, files = args.pop('src', None), args.pop('list', None), args.pop('files', None) or []
        if src and data:
            raise AnsibleActionFail('src and list cannot be used together; remove one')
        read = self._name if args.get('state') == 'absent' else self._file
        delivery = dict(self._list(src, data), files=dict(read(entry) for entry in files))
        args['_delivery'] = json.dumps(delivery)
        self._remove_abandoned()
        return self._execute_module(module_name='regmirror.node.regmirror', module_args=args, task_vars=task_vars)

    def _remove_abandoned(self):
        """Modules with a list in them that interrupted runs left. They belong to the connection user."""
        home, slash, rest = self.get_shell_option('remote_tmp', default='~/.ansible/tmp').partition('/')
        place = home + slash + shlex.quote(rest)
        self._low_level_execute_command(REMOVE_ABANDONED % place, sudoable=False)

    def _list(self, src, data):
        if data:
            if not isinstance(data, dict):
                raise AnsibleActionFail('list must be a dictionary with the keys version and registries')
            return {'text': text_of(data), 'shown': FROM_VARIABLES, 'format': 'json'}
        if not src:
            return {}
        format_of = FORMATS.get(os.path.splitext(src)[1])
        if format_of is None:
            raise AnsibleActionFail('%s: the name of a list ends in .toml, .yaml, .yml or .json' % src)
        path = self._find_needle('files', src)
        return {'text': self._read(path), 'shown': path, 'format': format_of}

    def _name(self, entry):
        if not isinstance(entry, dict) or not set(entry) <= {'name', 'src', 'content'}:
            raise AnsibleActionFail('each entry of files has the keys name, src and content')
        name = entry.get('name') or os.path.basename(entry.get('src') or '')
        if name in ('', '.', '..') or '/' in name:
            raise AnsibleActionFail('each entry of files requires a name without "/"')
        return name, ''

    def _file(self, entry):
        name, _nothing = self._name(entry)
        src, content = entry.get('src'), entry.get('content')
        if (src is None) == (content is None):
            raise AnsibleActionFail('%s of files requires either src or content' % name)
        return name, str(content) if src is None else self._read(self._find_needle('files', src))

    def _read(self, path):
        """Also a file that ansible-vault has encrypted."""
        real = self._loader.get_real_file(path)
        try:
            with open(real, encoding='utf-8') as file:
                return file.read()
        except UnicodeDecodeError:
            raise AnsibleActionFail('%s is not a text in UTF-8' % path)
        finally:
            self._loader.cleanup_tmp_file(real)

