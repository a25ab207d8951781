/** What is known of containerd before it is loaded. */
import type { TargetAbout } from '../target.ts'
import { detectContainerd } from './detect.ts'
import { type ContainerdSettings, containerdSettings } from './settings.ts'

export const aboutContainerd: TargetAbout<ContainerdSettings> = {
  title: 'containerd',
  settings: containerdSettings,
  detect: detectContainerd,
}
