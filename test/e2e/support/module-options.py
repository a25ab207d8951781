"""Prints what the module documents and what it accepts, for a test that compares the two. Arguments: the collection."""

import json
import runpy
import sys
import types

import yaml


def documented(options):
    return {name: facts_of(option, 'suboptions') for name, option in options.items()}


def accepted(options):
    return {name: facts_of(option, 'options') for name, option in options.items() if not name.startswith('_')}


def facts_of(option, below):
    facts = {key: option.get(key) for key in ('default', 'choices', 'elements')}
    facts['type'] = option.get('type', 'str')
    facts['options'] = (documented if below == 'suboptions' else accepted)(option.get(below, {}))
    return facts


package = 'ansible_collections.regmirror.node.plugins.module_utils.states'
sys.modules[package] = types.SimpleNamespace(STATES={}, end_on_signals=None, read_required=None)
module = runpy.run_path(sys.argv[1] + '/plugins/modules/regmirror.py')
documentation = yaml.safe_load(module['DOCUMENTATION'])
yaml.safe_load(module['EXAMPLES']), yaml.safe_load(module['RETURN'])
print(json.dumps({'documented': documented(documentation['options']), 'accepted': accepted(module['OPTIONS'])}))
