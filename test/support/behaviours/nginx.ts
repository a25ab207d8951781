/** A configuration of nginx around one server. */
import type { Program } from './behaviour.ts'

/** `server` is what stands in the block of the server, without its port; `more` stands beside it. */
export function nginx(server: string, more = '', files: Program['files'] = {}): Program {
  return {
    name: 'nginx',
    files,
    config: `daemon off; master_process off; pid $DIR/pid; error_log stderr crit;
events {}
http {
  access_log off; client_body_temp_path $DIR/body; proxy_temp_path $DIR/proxy; fastcgi_temp_path $DIR/f; uwsgi_temp_path $DIR/u; scgi_temp_path $DIR/s;
  ${more}
  server { listen 127.0.0.1:$PORT${/\bssl_certificate\b/.test(server) ? ' ssl' : ''}; ${server} }
}`,
  }
}
