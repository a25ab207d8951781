"""Prints one JSON document when a playbook ends: every task that was run, with all that it returned."""

import json

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'stdout'
    CALLBACK_NAME = 'results'

    def __init__(self):
        super().__init__()
        self.tasks = []
        self.play = None

    def add(self, result, status):
        task = result.task if hasattr(result, 'task') else result._task
        returned = self.result_of(result)
        self.tasks.append({'play': self.play, 'name': task.get_name(), 'status': status, 'result': returned})

    def result_of(self, result):
        # Ansible 2.14 names the attribute with an underscore.
        return result.result if hasattr(result, 'result') else result._result

    def v2_playbook_on_play_start(self, play):
        self.play = play.get_name()

    def v2_runner_on_ok(self, result):
        self.add(result, 'changed' if self.result_of(result).get('changed') else 'ok')

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.add(result, 'ignored' if ignore_errors else 'failed')

    def v2_runner_on_skipped(self, result):
        self.add(result, 'skipped')

    def v2_runner_on_unreachable(self, result):
        self.add(result, 'unreachable')

    def v2_playbook_on_stats(self, stats):
        print(json.dumps(self.tasks, default=str))
