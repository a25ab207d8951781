/** What is known of Docker before it is loaded. */
import type { TargetAbout } from '../target.ts'
import { detectDocker } from './detect.ts'
import { type DockerSettings, dockerSettings } from './settings.ts'

export const aboutDocker: TargetAbout<DockerSettings> = {
  title: 'Docker',
  rootless: true,
  settings: dockerSettings,
  detect: detectDocker,
}
