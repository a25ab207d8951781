/** Finds out why Docker does not use a mirror. */
import type { Doctor } from '../../rule.ts'
import type { DockerSnapshot } from '../snapshot.ts'
import { type ObservedDocker, observeDocker } from './observe-docker.ts'
import { rules } from './rules.ts'

export const dockerDoctor: Doctor<DockerSnapshot, ObservedDocker> = {
  observe: observeDocker,
  rules,
  unlisted: {},
}
