/** The units of regmirror in commands that a person runs. */

/** `isUsers`: of the user who runs regmirror. */
export function systemctl(command: string, isUsers: boolean): string {
  return `systemctl ${isUsers ? '--user ' : ''}${command}`
}
