/** The hosts of a hosts.toml in the order in which containerd asks them. */

/**
 * containerd 2 walks the table headers of the file, takes those of two or more parts that begin with `host`, and
 * skips one that repeats the host just before it (core/remotes/docker/config/hosts.go:551-585@v2.3.4).
 */
export function hostOrder(text: string): readonly string[] {
  const hosts: string[] = []
  for (const [, host] of text.matchAll(/^\s*\[host\."([^"]+)"(?:\..*)?\]\s*$/gm)) {
    if (host !== undefined && hosts.at(-1) !== host) hosts.push(host)
  }
  return hosts
}
