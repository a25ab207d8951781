/** What `dockerd --validate` refuses stops a start and a reload (cmd/dockerd/daemon.go@v23.0.0; run on 28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedDocker } from '../observe-docker.ts'
import { daemonJsonMisspelled } from './daemon-json-misspelled.ts'
import { daemonJsonType } from './daemon-json-type.ts'
import { mirrorAddressInvalid } from './mirror-address-invalid.ts'
import { mirrorPath } from './mirror-path.ts'

/** They say the same with a line and a cure. */
const CLEARER = [daemonJsonMisspelled, daemonJsonType, mirrorAddressInvalid, mirrorPath]

export const daemonJsonRefused: Rule<ObservedDocker> = {
  code: 'daemon_json_refused',
  severity: 'error',
  part: 'config',
  title: 'the dockerd of this machine refuses daemon.json, such as an unknown key in it',
  find: observed => {
    const { refused, snapshot } = observed
    if (refused === undefined || CLEARER.some(rule => rule.find(observed).length > 0)) return []
    return [
      {
        file: snapshot.config.path,
        problem: `dockerd refuses this file: ${refused}`,
        consequence: 'dockerd does not start, and refuses a reload',
        cure: `correct the file, then run dockerd --validate --config-file ${snapshot.config.path}`,
      },
    ]
  },
}
