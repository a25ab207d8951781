# SPDX-License-Identifier: Apache-2.0
"""What the module does for each state."""

import os
import signal
import sys

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.regmirror.node.plugins.module_utils import installed, result, words
from ansible_collections.regmirror.node.plugins.module_utils.work import (
    open_work, run_in_place, run_staged, run_without_list,
)

RECORDS = 'var/lib/regmirror/state.json'


def read_required(module):
    """A switch is a text too: -e gives 'yes'."""
    value = module.params['require_healthy']
    try:
        module.params['require_healthy'] = value if value == words.MIRRORS else boolean(value)
    except TypeError:
        message = 'require_healthy must be true, false or mirrors, not %s' % value
        _fail(module, 'usage', {'message': message})


def end_on_signals():
    """Otherwise a module that is ended would leave the list in its private directory."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))


def present(module):
    with open_work(module) as work:
        _refuse_files_alone(work)
        if work.program is None:
            _end_without_program(work)
        changes = installed.changes_for(work.directory, work.name, work.texts)
        if module.check_mode:
            report = run_staged(work, 'plan', words.plan_words(module.params))
        else:
            report = _apply(work)
            installed.install(work.directory, work.texts, changes)
        probes = _probe(work) if module.params['probe'] and not module.check_mode else {}
        _end(module, [report, probes], changes)


def absent(module):
    with open_work(module) as work:
        report = _restore(work) if work.program else _nothing_to_restore(work)
        names = set(installed.DEFAULT_NAMES) | set(work.texts) | set(installed.recorded(work.directory))
        changes = installed.removals(work.directory, names)
        if not module.check_mode:
            installed.uninstall(work.directory, changes)
        _end(module, [report], changes)


def probed(module):
    with open_work(module) as work:
        if work.program is None:
            _end_without_program(work, changed=False)
        report = _probe(work)
        if module.params['require_healthy'] and report['unhealthy']:
            _fail_unhealthy(module, report, '; '.join(result.unhealthy_texts(report)))
        _end(module, [report], [])


STATES = {'present': present, 'absent': absent, 'probed': probed}


def _apply(work):
    report = run_staged(work, 'apply', words.apply_words(work.module.params))
    if report.get('refused'):
        _fail_unhealthy(work.module, report, result.refusal_of(report))
    return report


def _probe(work):
    run_list = run_staged if work.module.params['state'] == 'probed' else run_in_place
    report = run_list(work, 'probe', words.probe_words(work.module.params))
    if work.module.params['require_healthy'] == words.MIRRORS:
        report = result.with_mirrors_required(report)
    for text in result.unhealthy_texts(report):
        work.module.warn(text)
    return report


def _restore(work):
    check = ['--check'] if work.module.check_mode else []
    return run_without_list(work, 'restore', words.restore_words(work.module.params) + check)


def _nothing_to_restore(work):
    records = os.path.join(work.module.params['root'] or '/', RECORDS)
    if os.path.exists(records):
        message = '%s exists, but regmirror is not installed' % records
        _fail(work.module, 'io', {'message': message, 'hint': 'install it to restore the node'})
    return {}


def _refuse_files_alone(work):
    if work.name is None and work.texts:
        _fail(work.module, 'usage', {'message': 'files requires src or list', 'hint': 'name the list too'})


def _end_without_program(work, changed=True):
    message = '%s is not installed on this node' % work.module.params['executable']
    if not work.module.check_mode:
        _fail(work.module, 'usage', {'message': message, 'hint': 'install regmirror, or set executable to its path'})
    work.module.warn('regmirror is not on this node yet: neither the list nor a restart was checked')
    finding = {'code': 'not_installed', 'message': message + ', so nothing was planned'}
    _end(work.module, [{'notices': [finding], 'changed': changed}], [])


def _fail(module, code, error):
    module.fail_json(msg=result.message_of([error]), errors=[error], code=code, findings=[])


def _fail_unhealthy(module, report, message):
    findings = result.shorten(result.group(result.findings_of(report)))
    module.fail_json(msg=message, errors=[{'message': message}], code='unhealthy', findings=findings)


def _end(module, reports, own_changes):
    changes = own_changes + [change for report in reports for change in result.changes_of(report)]
    findings = [finding for report in reports for finding in result.findings_of(report)]
    restart = [entry for report in reports for entry in report.get('restart', [])]
    shown = {'diff': [diff for report in reports for diff in result.diffs_of(report)]} if module._diff else {}
    module.exit_json(
        changed=bool(own_changes) or any(report.get('changed') for report in reports),
        changes=result.shorten(changes),
        changes_total=len(changes),
        restart_required=bool(restart),
        restart=restart,
        reload=[entry for report in reports for entry in report.get('reload', [])],
        findings=result.shorten(result.group(findings)),
        check_mode=module.check_mode,
        unhealthy=[registry for report in reports for registry in report.get('unhealthy', [])],
        **shown
    )
