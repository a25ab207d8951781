/** A template of a node for the configuration of its containerd (writeContainerdConfig, warnMissingRegistryAuth@06ea261c). Pure. */

/** Why the mirrors or logins of registries.yaml do not reach containerd; undefined where they do. */
export function templateProblem(text: string, hasLogins: boolean): string | undefined {
  if (/\{\{-?\s*template\s+"base"/.test(text)) return undefined
  if (!/\bconfig_path\b/.test(text))
    return 'this template sets no config_path, so that containerd uses no mirror; start it with {{ template "base" . }}'
  if (hasLogins && !/\bauth\b/i.test(text))
    return 'this template leaves the logins of registries.yaml out; start it with {{ template "base" . }}'
  return undefined
}
