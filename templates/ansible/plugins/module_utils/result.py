# SPDX-License-Identifier: Apache-2.0
"""What the module returns of the reports of regmirror: short, because a list can have thousands of registries."""

# The name of a list from variables in messages.
FROM_VARIABLES = 'list'
MOST = 20
OF_A_KIND = 3


def changes_of(report):
    keys = ('action', 'path', 'effect', 'why')
    return [{key: change[key] for key in keys} for change in report.get('changes', [])]


def shorten(entries):
    return entries[:MOST]


def findings_of(report):
    """Notices, then the endpoints and registries that are not healthy."""
    notices = [_without_empty(notice) for notice in report.get('notices', [])]
    probes = [_probe_finding(probe) for probe in report.get('probes', []) if probe['status'] != 'healthy']
    return notices + probes + [_registry_finding(entry) for entry in _unhealthy(report)]


def with_mirrors_required(report):
    """The report of a probe, which passes a registry whose server alone works; apply --require-healthy=mirrors does not."""
    mirrors = [probe for probe in report['probes'] if probe['role'] == 'mirror']
    serving = {probe['registry'] for probe in mirrors if _is_serving(probe)}
    failing = {probe['registry'] for probe in mirrors} - serving | set(report['unhealthy'])
    return dict(report, unhealthy=[entry['registry'] for entry in report['registries'] if entry['registry'] in failing])


def refusal_of(report):
    """The registries that are not healthy, then one line for each of their endpoints that is not."""
    entries = _unhealthy(report)
    lines = ['%s %s: %s' % (probe['role'], probe['url'], ' '.join(
        part for part in (probe.get('reason', probe['status']), probe.get('detail')) if part))
        for probe in report['probes'] if probe['registry'] in report['unhealthy'] and probe['status'] != 'healthy']
    return '\n'.join(['%s; nothing was written' % _names_of(entries)] + shorten(lines))


def unhealthy_texts(report):
    """One line for each registry that is not healthy, and one for those above three."""
    texts = [_registry_finding(entry)['message'] for entry in _unhealthy(report)]
    rest = ['%d more registries are not healthy' % (len(texts) - OF_A_KIND)] if len(texts) > OF_A_KIND else []
    return texts[:OF_A_KIND] + rest


def group(findings):
    """The first three findings of a kind, with the number of the others."""
    counts, kept = {}, []
    for finding in findings:
        counts[finding['code']] = counts.get(finding['code'], 0) + 1
        if counts[finding['code']] <= OF_A_KIND:
            kept.append(finding)
    return kept + [{'code': code, 'message': '%d more of this kind' % (count - OF_A_KIND)}
                   for code, count in counts.items() if count > OF_A_KIND]


def errors_of(report, key_at):
    """The issues of an error report. key_at names the key of a line in a list from variables."""
    issues = report.get('issues') or [{'message': report.get('message', 'unknown error')}]
    return [_placed(_with_remedy(_without_empty(issue)), key_at) for issue in issues]


def message_of(errors):
    lines = [_error_text(error) for error in errors[:MOST]]
    if len(errors) > MOST:
        lines.append('%d more errors' % (len(errors) - MOST))
    return '\n'.join(lines)


def diffs_of(report):
    """For --diff: what regmirror prints as a unified diff, with secrets hidden, as texts before and after."""
    return [_diff_of(change['path'], change['diff']) for change in report.get('changes', []) if change['diff']]


def _diff_of(path, unified):
    before, after = [], []
    for line in unified.split('\n')[2:]:
        # Parts of the file between the hunks are not in the diff.
        if line.startswith('@@'):
            gap = ['[...]'] if before or after else []
            before, after = before + gap, after + gap
        if line[:1] in (' ', '-'):
            before.append(line[1:])
        if line[:1] in (' ', '+'):
            after.append(line[1:])
    return {'before_header': path, 'after_header': path, 'before': _text(before), 'after': _text(after)}


def _text(lines):
    return ''.join(line + '\n' for line in lines)


def _without_empty(entry):
    return {key: value for key, value in entry.items() if value is not None}


def _unhealthy(report):
    return [entry for entry in report.get('registries', []) if entry['registry'] in report['unhealthy']]


def _is_serving(probe):
    return probe['status'] in ('healthy', 'degraded') and probe.get('reason') != 'rate_limited'


def _names_of(entries):
    if len(entries) == 1:
        return _state_of(entries[0])
    names = ', '.join(entry['registry'] for entry in entries[:OF_A_KIND])
    rest = ' and %d more' % (len(entries) - OF_A_KIND) if len(entries) > OF_A_KIND else ''
    return names + rest + ' are not healthy'


def _probe_finding(probe):
    detail = '%s %s is %s' % (probe['role'], probe['url'], probe['status'])
    message = ': '.join(part for part in (detail, probe.get('detail')) if part)
    found = {'code': probe.get('reason', probe['status']), 'registry': probe['registry'], 'message': message}
    if probe['role'] == 'mirror':
        found['mirror'] = probe['url']
    return found


def _state_of(entry):
    """A healthy registry fails only the check of its mirrors."""
    if entry['status'] == 'healthy':
        return 'no mirror of %s is healthy' % entry['registry']
    return '%s is %s' % (entry['registry'], entry['status'])


def _registry_finding(entry):
    if entry['status'] == 'healthy':
        return {'code': 'no_healthy_mirror', 'registry': entry['registry'], 'message': _state_of(entry)}
    detail = entry.get('detail', entry.get('reason', 'no pull by tag is known to work'))
    message = '%s: %s' % (_state_of(entry), detail)
    return {'code': 'registry_' + entry['status'], 'registry': entry['registry'], 'message': message}


def _with_remedy(issue):
    """Remedies of the command line do not help in a playbook."""
    if issue['message'].startswith('no list found'):
        return dict(issue, hint='set list or src (regmirror_list or regmirror_list_file)')
    if 'line' in issue and 'hint' not in issue and issue['message'].endswith(' does not exist'):
        return dict(issue, hint='add it to files (regmirror_files)')
    return issue


def _placed(issue, key_at):
    """A list from variables has no lines that its author knows."""
    if issue.get('file') != FROM_VARIABLES or 'line' not in issue:
        return issue
    places = ('line', 'column')
    return dict({key: issue[key] for key in issue if key not in places}, key=key_at(issue['line']))


def _error_text(error):
    place = ':'.join(str(error[key]) for key in ('file', 'line', 'column') if key in error)
    if error.get('key'):
        place = '%s: %s' % (place, error['key'])
    text = '; '.join(error[key] for key in ('message', 'hint') if key in error)
    return '%s: %s' % (place, text) if place else text
