/** The plan that carries out fixes of `doctor`. Reads, never writes. */
import { formats } from '../formats/index.ts'
import { Failure } from '../model/errors.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { OwnedValues } from '../ownership/managed-file.ts'
import { readOriginal } from '../ownership/originals.ts'
import type { FoundFile } from '../system/file-facts.ts'
import { loadTargets, type Targets } from '../targets/load-targets.ts'
import type { Fix } from '../targets/rule.ts'
import type { DesiredFile, TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { collectEffects, mayRun, neededActivations } from './activations.ts'
import type { Plan } from './plan.ts'
import { compare } from './step.ts'
import { orderedSteps } from './step-order.ts'
import { withdrawEach } from './withdraw.ts'

/** A fix, and the target of its file. */
export interface TargetFix {
  readonly target: string
  readonly fix: Fix
}

/** Fixes of one file are carried out one after the other; a file that was removed meanwhile is left alone. */
export async function planFixes(
  fixes: readonly TargetFix[],
  daemons: Plan['daemons'],
  table: TargetTable,
  view: View,
): Promise<Plan> {
  const targets = await loadTargets(
    table,
    fixes.map(({ target }) => target),
  )
  return await view.node.remember(async () => {
    const steps = []
    for (const [file, own] of Map.groupBy(fixes, ({ fix }) => fix.file)) {
      const desired = await fixedFile(
        file,
        own.map(({ fix }) => fix),
        view,
      )
      const step = desired && (await compare(own[0]?.target ?? '', desired, view.node, view.uid))
      if (step !== undefined) steps.push(step)
    }
    return {
      ...{ steps: orderedSteps(steps), permissionFixes: [], daemons, endpoints: [], notices: [] },
      ...activationsOf(steps, daemons, targets, view),
      ...{ unchanged: 0, forgets: [], state: view.state },
    }
  })
}

async function fixedFile(file: string, fixes: readonly Fix[], view: View): Promise<DesiredFile | undefined> {
  const found = await view.node.find(file)
  if (found === undefined) return undefined
  const bytes = fixedBytes(file, fixes, found)
  const effects = fixes.flatMap(fix => ('effect' in fix ? fix.effect : []))
  const format = fixes.flatMap(fix => ('format' in fix ? (fix.format ?? []) : []))[0] ?? 'toml'
  return {
    ...{ path: file, content: bytes, present: found },
    secret: fixes.some(fix => 'mode' in fix),
    effect: effects.includes('restart') ? 'restart' : (effects[0] ?? 'immediate'),
    why: fixes.map(({ why }) => why).join('; '),
    owns: { kind: 'values', ...(await ownedValues(file, bytes, format, view)) },
  }
}

function fixedBytes(file: string, fixes: readonly Fix[], { bytes }: FoundFile): Buffer {
  const edits = fixes.filter(fix => 'edit' in fix)
  if (edits.length === 0) return bytes
  const text = edits.reduce<string | undefined>(
    (text, { edit }) => (text === undefined ? undefined : edit(text)),
    bytes.toString('utf8'),
  )
  if (text !== undefined) return Buffer.from(text)
  const hint = 'correct the file by hand, as regmirror doctor says'
  throw new Failure('conflict', [{ file, message: 'cannot be corrected without other changes', hint }])
}

/**
 * The values that regmirror has set in the file before, and the digest of the corrected text without them: `restore` puts the
 * original back as long as nothing else has changed.
 */
async function ownedValues(
  file: string,
  bytes: Buffer,
  format: OwnedValues['format'],
  { node, state }: View,
): Promise<OwnedValues> {
  const written = state.files[file]
  if (written?.owns !== 'values') return { format, values: [], repaired: sha256Hex(bytes) }
  const original = (await readOriginal(node, file, written.original))?.bytes.toString('utf8')
  const base = original ?? written.created_from ?? ''
  const rest = withdrawEach(bytes.toString('utf8'), base, written.values, formats[written.format])
  const repaired = typeof rest === 'string' ? { repaired: sha256Hex(Buffer.from(rest)) } : {}
  return { format: written.format, values: written.values, ...repaired }
}

const UNKNOWN = { state: 'unknown' } as const

function activationsOf(
  steps: Plan['steps'],
  daemons: Plan['daemons'],
  targets: Targets,
  view: View,
): Pick<Plan, 'reload' | 'restart'> {
  const needed = [...Map.groupBy(steps, ({ target }) => target)].flatMap(([name, own]) => {
    const target = targets[name]
    const daemon = daemons.find(one => one.target === name)?.daemon ?? UNKNOWN
    if (target === undefined || !mayRun(daemon, view)) return []
    return [neededActivations(name, target, collectEffects(own), view, daemon)]
  })
  return {
    reload: needed.flatMap(({ reload }) => reload),
    restart: needed.flatMap(({ restart }) => restart),
  }
}
