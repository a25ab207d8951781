# SPDX-License-Identifier: Apache-2.0
"""The list of the node and the files that it names, as they are kept in /etc/regmirror."""

import json
import os
import stat
import tempfile
from contextlib import suppress

DEFAULT_DIRECTORY = '/etc/regmirror'
# The names of the files, for later runs.
RECORD = '.ansible-files'
DEFAULT_NAMES = ('mirrors.toml', 'mirrors.yaml', 'mirrors.yml', 'mirrors.json')


def find_list(directory):
    paths = [os.path.join(directory, name) for name in DEFAULT_NAMES]
    return next((path for path in paths if os.path.exists(path)), None)


def changes_for(directory, name, texts):
    """What has to change in the directory so that it holds these texts, and no second default list."""
    writes = [(os.path.join(directory, file), text) for file, text in sorted(texts.items())]
    changes = [_change('update' if os.path.lexists(path) else 'create', path)
               for path, text in writes if not _holds(path, text)]
    others = [other for other in DEFAULT_NAMES if other != name] if name in DEFAULT_NAMES else []
    return changes + removals(directory, others + unused_files(directory, name, texts))


def unused_files(directory, name, texts):
    """Files of earlier runs that neither this run nor its list names."""
    return [file for file in recorded(directory) if name and file not in texts and file not in texts[name]]


def removals(directory, names):
    paths = [os.path.join(directory, name) for name in sorted(names)]
    return [_change('delete', path) for path in paths if os.path.lexists(path)]


def install(directory, texts, changes):
    """Carries out the changes; the texts are by name."""
    _own_directory(directory)
    for change in changes:
        path = change['path']
        if change['action'] == 'delete':
            _remove(path)
        else:
            _replace(path, texts[os.path.relpath(path, directory)])
    deleted = {os.path.basename(change['path']) for change in changes if change['action'] == 'delete'}
    _record(directory, (set(recorded(directory)) | set(texts)) - deleted - set(DEFAULT_NAMES))


def recorded(directory):
    """The names of the files that earlier runs have written."""
    try:
        with open(os.path.join(directory, RECORD)) as file:
            names = json.load(file)
    except (OSError, ValueError):
        return []
    return [name for name in names if os.path.basename(name) == name]


def _record(directory, names):
    if sorted(names) == sorted(recorded(directory)):
        return
    path = os.path.join(directory, RECORD)
    if names:
        _replace(path, json.dumps(sorted(names)) + '\n')
    else:
        _remove(path)


def uninstall(directory, changes):
    for change in changes:
        _remove(change['path'])
    _remove(os.path.join(directory, RECORD))
    if os.path.isdir(directory) and not os.listdir(directory):
        os.rmdir(directory)


def _remove(path):
    """Another program may have removed it since it was found."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def _change(action, path):
    return {'action': action, 'path': path, 'effect': 'immediate', 'why': 'mirror list'}


def _holds(path, text):
    """Whether a regular file of this user has this text and mode 0600."""
    try:
        state = os.lstat(path)
        if not stat.S_ISREG(state.st_mode) or stat.S_IMODE(state.st_mode) != 0o600 or state.st_uid != os.geteuid():
            return False
        with open(path, 'rb') as file:
            return file.read() == text.encode('utf-8')
    except OSError:
        return False


def _own_directory(directory):
    """As root, regmirror refuses a list in a directory that another user can write."""
    if not os.path.isdir(directory):
        os.makedirs(directory, 0o755)
        os.chmod(directory, 0o755)
    state = os.stat(directory)
    if state.st_uid != os.geteuid():
        os.chown(directory, os.geteuid(), -1)
    if state.st_mode & 0o022:
        os.chmod(directory, stat.S_IMODE(state.st_mode) & ~0o022)


def _replace(path, text):
    """Replaces the file as a whole: a watcher reads the old list or the new one. mkstemp makes it 0600."""
    descriptor, temporary = tempfile.mkstemp(prefix='.regmirror-', dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, 'wb') as file:
            file.write(text.encode('utf-8'))
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
