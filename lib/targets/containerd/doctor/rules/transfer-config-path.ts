/**
 * config_path of the transfer service: stored and read by nothing (plugins/transfer/plugin.go:253@v2.3.4,
 * core/transfer/local/transfer.go:208@v2.3.4). On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */

import { withdrawValue } from '../../../../formats/toml/edit.ts'
import type { Rule } from '../../../rule.ts'
import { placeOfSetting, valueAt } from '../../config/merge.ts'
import { configEdit } from '../config-edit.ts'
import type { ObservedNode } from '../observed-node.ts'

const WHY = 'removes a setting that nothing reads'
const PATH = ['plugins', 'io.containerd.transfer.v1.local', 'config_path']

export const transferConfigPath: Rule<ObservedNode> = {
  code: 'transfer_config_path',
  severity: 'warning',
  also: { note: 'where the registry table has one too' },
  part: 'config',
  title: '`config_path` of the transfer service, which nothing reads',
  fixes: true,
  find: ({ snapshot: { files, currentDirs } }) =>
    files
      // `containerd config default` prints it empty.
      .filter(file => ![undefined, ''].includes(valueAt(file, PATH) as string | undefined))
      .map(file => ({
        ...placeOfSetting({ file, path: PATH }),
        // The usual sed sets it together with the one of CRI, and then nothing is lost.
        ...(currentDirs.length > 0 && { severity: 'note' as const }),
        problem: 'config_path of the transfer service has no effect',
        consequence:
          'no release of containerd reads it; only config_path in the registry table of CRI counts',
        cure: 'remove it',
        fix: configEdit(file.path, WHY, text => withdrawValue(text, '', PATH)),
      })),
}
