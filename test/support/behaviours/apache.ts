/** A configuration of Apache around one server. */
import type { Program } from './behaviour.ts'

/** What every server needs here: a process model, rules of access, and the proxy in front of a registry. */
const MODULES: readonly string[] = ['mpm_event', 'authz_core', 'proxy', 'proxy_http']

/** `server` are the directives of the server, without its port; `modules` are those that they need. */
export function apache(
  server: string,
  modules: readonly string[] = [],
  files: Program['files'] = {},
): Program {
  const loaded = [...MODULES, ...modules].map(
    name => `LoadModule ${name}_module $TREE/usr/lib/apache2/modules/mod_${name}.so\n`,
  )
  return {
    name: 'apache2',
    files,
    config: `ServerName localhost
ServerRoot $DIR
PidFile $DIR/pid
ErrorLog /dev/null
User #33
Group #33
Listen 127.0.0.1:$PORT
Mutex file:$DIR
${loaded.join('')}${server}`,
  }
}
