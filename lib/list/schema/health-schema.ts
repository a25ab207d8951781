/** The schema of `[health]`. */
import type { JsonSchema } from '../../model/target-settings.ts'
import { durationSchema } from './value-schemas.ts'

export const HEALTH: JsonSchema = {
  title: 'a table',
  description: 'How mirrors are probed, and what watch does with the results.',
  type: 'object',
  additionalProperties: false,
  properties: {
    interval: {
      ...durationSchema('30s', 'Time between two probes of a mirror, at least 1s.'),
      default: '30s',
    },
    timeout: {
      ...durationSchema('3s', 'How long a mirror may take to respond to one request.'),
      default: '3s',
    },
    rise: countSchema('Successful probes in a row that make a mirror healthy.'),
    fall: countSchema('Failed probes in a row that make a mirror unhealthy.'),
    depth: {
      title: '"ping" or "manifest"',
      description: 'What a probe requests: ping is GET /v2/, manifest is the manifest of the canary as well.',
      enum: ['ping', 'manifest'],
      default: 'ping',
    },
    on_unhealthy: {
      title: '"drop", "demote" or "keep"',
      description:
        'What watch does with a mirror that is unhealthy or rate limited: drop removes it, demote writes it last, keep changes nothing.',
      enum: ['drop', 'demote', 'keep'],
      default: 'drop',
    },
    slow_after: {
      ...durationSchema(
        '2s',
        'A mirror that takes this long to respond is degraded: watch writes it after the faster ones. Default: off.',
      ),
      examples: ['1s'],
    },
    order: {
      title: '"list", "latency" or "throughput"',
      description:
        'Order in which mirrors are written: list is the order of this list, latency and throughput put mirrors first that are clearly better.',
      enum: ['list', 'latency', 'throughput'],
      default: 'list',
    },
  },
}

function countSchema(description: string): JsonSchema {
  return {
    title: 'a whole number from 1 to 100',
    description,
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 2,
  }
}
