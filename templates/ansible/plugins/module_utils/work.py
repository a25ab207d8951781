# SPDX-License-Identifier: Apache-2.0
"""The list that a run of the module works with, and the runs of regmirror with it."""

import json
import os
from collections import namedtuple
from contextlib import contextmanager

from ansible_collections.regmirror.node.plugins.module_utils import result
from ansible_collections.regmirror.node.plugins.module_utils.installed import DEFAULT_DIRECTORY, find_list
from ansible_collections.regmirror.node.plugins.module_utils.list_text import key_at
from ansible_collections.regmirror.node.plugins.module_utils.program import find_program, run
from ansible_collections.regmirror.node.plugins.module_utils.staging import remove_abandoned, staged

# directory: where the list is kept. texts: what is kept there, by name. name: which of them is the list, or None.
Work = namedtuple('Work', 'module program directory name texts stage delivery')


@contextmanager
def open_work(module):
    remove_abandoned()
    delivery = json.loads(module.params['_delivery'])
    texts = dict(delivery.get('files', {}))
    name = None
    if 'text' in delivery:
        name = 'mirrors.' + delivery['format']
        texts[name] = delivery['text']
    with staged(texts) as stage:
        yield Work(module, find_program(module), _directory(module.params), name, texts, stage, delivery)


def run_staged(work, command, words):
    """Runs regmirror with the list before it is in its place; files that are on the node already are found there."""
    if work.name is None:
        return run_in_place(work, command, words)
    path = os.path.join(work.stage, work.name)
    places = [(path, work.delivery['shown']), (work.stage, work.directory)]
    return _run(work, [command, '-f', path] + words, places, {'CREDENTIALS_DIRECTORY': work.directory})


def run_in_place(work, command, words):
    """Runs regmirror with the list of the node, which it finds itself in the default directory."""
    found = None if work.module.params['directory'] == DEFAULT_DIRECTORY else find_list(work.directory)
    return _run(work, [command] + (['-f', found] if found else []) + words)


def run_without_list(work, command, words):
    return _run(work, [command] + words)


def _directory(params):
    return os.path.join(params['root'] or '/', params['directory'].lstrip('/'))


def _run(work, words, places=(), environment=None):
    code, report = run(work.module, [work.program] + words, places, environment)
    if report['kind'] == 'error':
        errors = result.errors_of(report, lambda line: key_at(work.delivery['text'], line))
        work.module.fail_json(msg=result.message_of(errors), errors=errors[:result.MOST], code=report['code'], findings=[])
    return report
