# SPDX-License-Identifier: Apache-2.0
"""Runs regmirror and reads its report."""

import json
import os


def find_program(module):
    """The path of the executable; None if it is not installed."""
    named = module.params['executable']
    if os.path.isabs(named):
        return named if os.access(named, os.X_OK) else None
    return module.get_bin_path(named, opt_dirs=['/usr/local/bin', '/usr/local/sbin'])


def run(module, words, places=(), environment=None):
    """The exit code and the report. places: pairs of a path in the report and what to write instead."""
    code, output, errors = module.run_command(words + ['--format', 'json'], environ_update=environment or {}, cwd='/')
    for path, shown in places:
        output = output.replace(path, json.dumps(shown)[1:-1])
    report = _parse(output)
    if report is None:
        module.fail_json(msg='%s ended with exit code %d and without a report: %s'
                         % (' '.join(words[:2]), code, (errors or output).strip()[-500:]), errors=[])
    return code, report


def _parse(output):
    try:
        report = json.loads(output)
    except ValueError:
        return None
    return report if isinstance(report, dict) and 'kind' in report else None
