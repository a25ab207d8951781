/** What explain needs of containerd besides its routes. */
import type { Explainer } from '../../explainer.ts'
import { daemonNotices } from '../daemon-notices.ts'
import { exactOne } from '../installed.ts'
import { observeRunning, startFiles } from '../observe-running.ts'
import type { ContainerdSettings } from '../settings.ts'
import type { Snapshot } from '../snapshot.ts'
import { conduct } from './conduct.ts'

export const containerdExplainer: Explainer<ContainerdSettings, Snapshot> = {
  observe: observeRunning,
  version: ({ generation, installed }) => exactOne(generation, installed)?.name,
  notices: snapshot => daemonNotices(snapshot).filter(({ code }) => code !== 'daemon_absent'),
  startFiles,
  conduct,
}
