/** What is known of Podman and CRI-O before they are loaded. */
import type { TargetAbout } from '../target.ts'
import { detectContainers } from './detect.ts'
import { type ContainersSettings, containersSettings } from './settings.ts'
import { TITLE } from './title.ts'

export const aboutContainers: TargetAbout<ContainersSettings> = {
  title: TITLE,
  rootless: true,
  settings: containersSettings,
  detect: detectContainers,
}
