# SPDX-License-Identifier: Apache-2.0
"""Variables whose names differ from a known one in a letter or two. Ansible ignores variables that no role knows."""

DOCUMENTATION = r'''
name: misspelled
short_description: Find variables with a wrong name
version_added: 0.1.0
author:
  - regmirror
description:
  - Returns a message for each name that is not known and close to a known one.
options:
  _input:
    description: The names.
    type: list
    elements: str
    required: true
  known:
    description: The known names.
    type: list
    elements: str
    required: true
'''

EXAMPLES = r'''
- ansible.builtin.debug:
    msg: "{{ ['regmirror_lists'] | regmirror.node.misspelled(['regmirror_list']) }}"
'''

RETURN = r'''
_value:
  description: The messages.
  type: list
  elements: str
'''

PREFIX = 'regmirror_'


class FilterModule:
    def filters(self):
        return {'misspelled': misspelled}


def misspelled(names, known):
    pairs = [(name, _closest(name, known)) for name in sorted(names) if name not in known]
    return ['%s is not a variable of the role; did you mean %s? Otherwise choose a name that is less similar' % pair
            for pair in pairs if pair[1]]


def _closest(name, known):
    """Other variables of a user may have the prefix, so a short name may differ in one letter only."""
    word = name[len(PREFIX):]
    distances = sorted((_distance(word, other[len(PREFIX):]), other) for other in known)
    most = 1 if len(word) < 6 else 2
    return distances[0][1] if distances and distances[0][0] <= most else None


def _distance(one, other):
    """How many letters to insert, remove, replace or swap."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            steps = [rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (letter != against)]
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                steps.append(rows[-2][j - 2] + 1)
            row.append(min(steps))
        rows.append(row)
    return rows[-1][-1]
