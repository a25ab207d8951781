/** A relative path in `hosts_dir`: containerd opens it in its own working directory (pkg/imgutil/transfer.go:91@v2.3.5). Pure. */
import path from 'node:path'
import type { Rule } from '../../../rule.ts'
import type { ObservedNerdctl } from '../observe-node.ts'

export const hostsDirRelative: Rule<ObservedNerdctl> = {
  code: 'hosts_dir_relative',
  severity: 'error',
  part: 'config',
  title: '`hosts_dir` has a relative path',
  find: ({ snapshot: { file, hostsDirs } }) => {
    if (file === undefined) return []
    return hostsDirs.flatMap((directory, i) => {
      if (path.posix.isAbsolute(directory)) return []
      const line = (file.locateKey(['hosts_dir', i]) ?? file.locateKey(['hosts_dir']))?.line
      return [
        {
          ...{ file: file.path, ...(line !== undefined && { line }) },
          problem: `hosts_dir names ${directory === '' ? 'an empty path' : directory}, which is not absolute`,
          consequence: 'nerdctl looks for it where each command runs, and containerd where it was started',
          cure: 'write an absolute path such as /etc/containerd/certs.d',
        },
      ]
    })
  },
}
