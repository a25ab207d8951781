/** Directories of a node that belong to other parts of the system: nothing is written there. Pure. */

import type { RootlessUser } from '../model/rootless-user.ts'

/** Directories of container runtimes and of their installers, by name. */
const RUNTIME =
  /containerd|^(containers|docker|cri|k0s|k3s|rke2|rancher|kube.*|microk8s|nerdctl|buildkit.*|eks)$/

/** Directories of registries, by name. */
const REGISTRIES = /^(certs\.d|hosts\.d)$/

/** Top directories of the system (hier(7)) without settings of a runtime. */
const SYSTEM_TOP = /^(s?bin|lib(32|64|x32|exec)?|usr|dev|proc|sys|boot|efi|lost\+found)$/

/**
 * Below an `etc`, `run` or `.config`: programs that execute or obey the files in these directories. A directory that ends in
 * `.d` is read as a whole by some program.
 */
const SYSTEM_PART =
  /\.d$|^(cron.*|systemd|init|rc.*|ssh|ssl|pki|pam.*|sudo.*|security|udev|ld\.so.*|apt|yum|dnf|zypp|pacman.*|apk|opkg|profile.*|bash.*|zsh|fish|environment.*|default|sysconfig|skel|network|NetworkManager|netplan|ppp|dhcp.*|X11|xdg|autostart|dbus-1|polkit-1|kernel.*|initramfs.*|dracut.*|grub.*|modprobe.*|alternatives|logrotate.*|apparmor.*|selinux|audit|acpi|ca-certificates)$/

/** The directories of a user, links followed. */
export type UserPlaces = Pick<RootlessUser, 'home' | 'configHome' | 'dataHome' | 'stateHome'>

const STATE = 'the state of regmirror'
const LISTS = 'the mirror lists of regmirror'

/**
 * The owner of an absolute path where regmirror must not write; undefined where a runtime may have files. `user`: whose
 * runtimes are configured.
 */
export function findOwner(file: string, user?: UserPlaces): string | undefined {
  const steps = stepsOf(file)
  if (startsWith(steps, 'var', 'lib', 'regmirror')) return STATE
  if (startsWith(steps, 'etc', 'regmirror')) return LISTS
  if (user !== undefined && below(user.stateHome, file)?.[0] === 'regmirror') return STATE
  if (user !== undefined && below(user.configHome, file)?.[0] === 'regmirror') return LISTS
  const isOthers = user === undefined ? isForeign(steps) : isForeignToUser(file, user)
  return isOthers ? 'another part of the system' : undefined
}

/** A user decides where the directories of settings are, and a link may lead to any other directory of theirs. */
function isForeignToUser(file: string, { home, configHome, dataHome }: UserPlaces): boolean {
  const inSettings = below(configHome, file) ?? below(dataHome, file)
  if (inSettings !== undefined) return !isForRuntime(inSettings) || holdsHidden(inSettings)
  const inHome = below(home, file)
  if (inHome === undefined) return isForeign(stepsOf(file))
  const hidden = inHome.findIndex(step => step.startsWith('.'))
  return hidden !== -1 && !isForRuntime(inHome.slice(hidden + 1))
}

/** The steps from a directory down to a file; undefined where it is not in it. */
function below(directory: string, file: string): readonly string[] | undefined {
  const [above, steps] = [stepsOf(directory), stepsOf(file)]
  return steps.length > above.length && startsWith(steps, ...above) ? steps.slice(above.length) : undefined
}

function stepsOf(file: string): readonly string[] {
  return file.split('/').filter(step => step !== '' && step !== '.')
}

function isForeign(steps: readonly string[]): boolean {
  const [top = '', second = '', third = ''] = steps
  if (holdsSystemPart(steps) || holdsHidden(steps)) return true
  if (top === 'usr') return second !== 'local' || third !== 'etc'
  // Memory, not devices: like /tmp.
  if (SYSTEM_TOP.test(top)) return !startsWith(steps, 'dev', 'shm')
  if (top === 'etc' || top === 'run') return !isForRuntime(steps.slice(1))
  if (top !== 'var' || /^(opt|local|tmp)$/.test(second) || RUNTIME.test(second)) return false
  return !/^(lib|snap|run)$/.test(second) || !isForRuntime(steps.slice(2))
}

/** `cron.d` below any `etc`: of the machine, or of a tree that is mounted somewhere. */
function holdsSystemPart(steps: readonly string[]): boolean {
  return steps.some((step, i) => {
    const next = steps[i + 1] ?? ''
    return step === 'etc' && !RUNTIME.test(next) && !REGISTRIES.test(next) && SYSTEM_PART.test(next)
  })
}

/** Hidden directories configure shells, logins and tools; rootless runtimes keep their settings in two of them. */
function holdsHidden(steps: readonly string[]): boolean {
  const at = steps.findIndex(step => step.startsWith('.'))
  if (at === -1) return false
  const rest = steps.slice(steps[at] === '.local' ? at + 2 : at + 1)
  return !/^\.(config|local)$/.test(steps[at] ?? '') || !isForRuntime(rest) || holdsHidden(rest)
}

function isForRuntime([first = '', ...rest]: readonly string[]): boolean {
  if (RUNTIME.test(first)) return true
  return !SYSTEM_PART.test(first) && rest.some(step => RUNTIME.test(step) || REGISTRIES.test(step))
}

function startsWith(steps: readonly string[], ...first: readonly string[]): boolean {
  return first.every((step, i) => steps[i] === step)
}
