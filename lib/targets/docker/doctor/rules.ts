/** The rules of Docker, in the order of docs/doctor.md. */
import type { Rule } from '../../rule.ts'
import type { ObservedDocker } from './observe-docker.ts'

export const rules: readonly Rule<ObservedDocker>[] = []
