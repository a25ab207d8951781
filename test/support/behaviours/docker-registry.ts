/** A configuration of docker-registry as a cache of the host `store`. */
import type { Program } from './behaviour.ts'

/** `more` are further sections; `http` are further keys of that section. */
export function cachingRegistry(more = '', http = '', files: Program['files'] = {}): Program {
  return {
    name: 'docker-registry',
    files,
    config: `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: $DIR/data } }
http: { addr: '127.0.0.1:$PORT'${http && `, ${http}`} }
proxy: { remoteurl: '$store' }
${more}
`,
  }
}
