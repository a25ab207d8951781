/** What is known of BuildKit before it is loaded. */
import type { TargetAbout } from '../target.ts'
import { detectBuildkit } from './detect.ts'
import { type BuildkitSettings, buildkitSettings } from './settings.ts'

export const aboutBuildkit: TargetAbout<BuildkitSettings> = {
  title: 'BuildKit',
  rootless: true,
  settings: buildkitSettings,
  detect: detectBuildkit,
}
