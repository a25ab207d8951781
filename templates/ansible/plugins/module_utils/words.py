# SPDX-License-Identifier: Apache-2.0
"""The arguments of regmirror for the options of the module."""

# The value of require_healthy beside true and false.
MIRRORS = 'mirrors'


def plan_words(params):
    return _node(params) + _list(params) + _planning(params)


def apply_words(params):
    """Probes only before it writes: what is probed afterwards is the list in its place."""
    gate = [_gate(params['require_healthy']), '--wait', params['wait']] if params['require_healthy'] else []
    depth = _option('--depth', params['depth']) if params['require_healthy'] else []
    quiet = [] if params['require_healthy'] or params['rank'] else ['--no-probe']
    return plan_words(params) + ['--lock-timeout', params['lock_timeout']] + gate + depth + quiet


def probe_words(params):
    """require_healthy is as thorough here as before writing."""
    depth = params['depth'] or ('manifest' if params['require_healthy'] else None)
    return _node(params) + _list(params) + _option('--depth', depth)


def restore_words(params):
    return _node(params) + ['--lock-timeout', params['lock_timeout']] + _flag('--overwrite', params['overwrite'])


def _node(params):
    targets = [word for target in params['targets'] for word in ('--target', target)]
    return _option('--root', params['root']) + targets


def _list(params):
    return [word for directory in params['allow_files_from'] for word in ('--allow-files-from', directory)]


def _planning(params):
    flags = _flag('--take-over', params['take_over']) + _flag('--declared', params['declared'])
    return flags + (['--rank=' + params['rank']] if params['rank'] else [])


def _gate(required):
    return '--require-healthy=' + MIRRORS if required == MIRRORS else '--require-healthy'


def _option(name, value):
    return [name, value] if value else []


def _flag(name, value):
    return [name] if value else []
