/** What is known of k3s and RKE2 before they are loaded. */
import type { TargetAbout } from '../target.ts'
import { detectK3s } from './detect.ts'
import { type K3sSettings, k3sSettings } from './settings.ts'

export const aboutK3s: TargetAbout<K3sSettings> = {
  title: 'k3s',
  settings: k3sSettings,
  detect: detectK3s,
}
