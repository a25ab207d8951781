/** `explain`: show which endpoints a pull of an image uses. */
import { Failure } from '../model/errors.ts'
import type { ExplainReport } from '../model/explain-report.ts'
import type { Notice } from '../model/report.ts'
import { noticeOf } from '../pipeline/explain/compare-with-list.ts'
import { explainImages } from '../pipeline/explain/explain-images.ts'
import { openReadable, selectTargets } from '../pipeline/open.ts'
import { openListIfAny } from '../pipeline/open-list-if-any.ts'
import type { RunCommand } from './command.ts'
import type { ExplainFlags } from './flags.ts'

export const explain: RunCommand<ExplainFlags> = async (flags, context): Promise<ExplainReport<Notice>> => {
  const { world } = context
  if (flags.image.length === 0) throw NO_IMAGE
  const table = await context.targets()
  const targets = selectTargets(table, flags.target)
  const node = await openReadable(flags)
  const { loaded, fault } = await openListIfAny(flags, table, node, world)
  const options = { root: flags.root, targets, node, loaded, probe: undefined }
  const report = await explainImages(flags.image, options, world)
  const unusable = fault === undefined ? [] : [noticeOf('list_unusable', fault)]
  return { ...report, notices: [...unusable, ...report.notices] }
}

const NO_IMAGE = new Failure('usage', [
  { message: 'no image is given', hint: 'name one, such as regmirror explain busybox' },
])
