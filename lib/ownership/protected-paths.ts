/** Directories of a node that belong to other parts of the system: nothing is written there. Pure. */

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

/** The owner of an absolute path where regmirror must not write; undefined where a runtime may have files. */
export function findOwner(file: string): string | undefined {
  const steps = file.split('/').filter(step => step !== '' && step !== '.')
  if (startsWith(steps, 'var', 'lib', 'regmirror')) return 'the state of regmirror'
  if (startsWith(steps, 'etc', 'regmirror')) return 'the mirror lists of regmirror'
  return isForeign(steps) ? 'another part of the system' : undefined
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
