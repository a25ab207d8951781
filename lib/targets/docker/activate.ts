/** How dockerd is made to read daemon.json again. */
import type { DaemonControl } from '../daemon-control.ts'

export const dockerActivate: DaemonControl<unknown, unknown>['activate'] = {
  reload: {
    command: 'systemctl reload docker',
    signal: 'SIGHUP',
    why: 'Docker reads daemon.json only when it starts or is reloaded; containers keep running',
  },
  restart: { command: 'systemctl restart docker', why: 'Docker reads daemon.json when it starts' },
}
