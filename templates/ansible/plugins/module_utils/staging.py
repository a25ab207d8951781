# SPDX-License-Identifier: Apache-2.0
"""A private directory that holds the list until it is applied, and the removal of those that interrupted runs left."""

import glob
import os
import shutil
import tempfile
import time
from contextlib import contextmanager

PREFIX = 'regmirror-list.'
# Longer than any run.
ABANDONED_AFTER = 3600


@contextmanager
def staged(texts):
    """Writes the texts, by name, into a directory that only this user can read; removes it afterwards."""
    directory = tempfile.mkdtemp(prefix=PREFIX, dir=_place())
    try:
        for name, text in texts.items():
            write_private(os.path.join(directory, name), text)
        yield directory
    finally:
        shutil.rmtree(directory)


def write_private(path, text):
    """Writes a file with mode 0600 that must not exist yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, 'wb') as file:
        file.write(text.encode('utf-8'))


def remove_abandoned():
    """Removes lists of interrupted runs."""
    for directory in glob.glob(os.path.join(_place(), PREFIX + '*')):
        if _is_abandoned(directory):
            shutil.rmtree(directory, ignore_errors=True)


def _place():
    """As root, regmirror accepts files only below directories of root. /run is in memory."""
    return '/run' if os.geteuid() == 0 and os.path.isdir('/run') else tempfile.gettempdir()


def _is_abandoned(path):
    try:
        state = os.lstat(path)
    except OSError:
        return False
    is_own = os.geteuid() in (0, state.st_uid)
    return is_own and time.time() - state.st_mtime > ABANDONED_AFTER
