/** The flags of `explain`, as data. */
import { duration, operands, toggle, type ValuesOf } from './flag-types.ts'
import { format, listFlags } from './flags.ts'

export const explainFlags = {
  image: operands('images to explain, such as busybox or quay.io/prometheus/node-exporter:v1.8.2'),
  ...listFlags,
  probe: toggle('request the image at each endpoint; exit 1 if none serves it'),
  timeout: duration({ help: 'with --probe, how long to wait for a response', default: '3s' }),
  format,
}

export type ExplainFlags = ValuesOf<typeof explainFlags>
