# SPDX-License-Identifier: Apache-2.0
"""A mirror list from variables as JSON text, with one value a line, so that the line of an error names a key."""

import json

INDENT = '  '


def json_lines(value):
    """Pairs of a line and the key that it holds: ('  "version": 1,', 'version')."""
    return _lines(value, '', '', '')


def text_of(value):
    return '\n'.join(line for line, _key in json_lines(value)) + '\n'


def key_at(text, line):
    """The key of a line of a text that text_of made."""
    keys = [key for _line, key in json_lines(json.loads(text))]
    return keys[line - 1] if 0 < line <= len(keys) else ''


def _lines(value, key, start, end):
    if isinstance(value, dict):
        entries = [(json.dumps(str(name)) + ': ', _below(key, str(name)), value[name]) for name in value]
        return _block('{}', entries, key, start, end)
    if isinstance(value, (list, tuple)):
        entries = [('', '%s[%d]' % (key, i), entry) for i, entry in enumerate(value)]
        return _block('[]', entries, key, start, end)
    return [(start + _scalar(value) + end, key)]


def _block(brackets, entries, key, start, end):
    lines = [(start + brackets[0], key)]
    for i, (name, below, value) in enumerate(entries):
        comma = '' if i == len(entries) - 1 else ','
        lines += [(INDENT + line, at) for line, at in _lines(value, below, name, comma)]
    return lines + [(brackets[1] + end, key)]


def _below(key, name):
    if not name.replace('_', '').isalnum():
        return "%s['%s']" % (key, name)
    return '%s.%s' % (key, name) if key else name


def _scalar(value):
    """Ansible has classes of its own for text, such as that of a vault."""
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return json.dumps(str(value))
