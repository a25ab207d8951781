/** The command surface on one screen. Arguments and a world go in, an exit code comes out. The only importer of yargs. */
import yargs, { type Argv } from 'yargs'
import pkg from '../package.json' with { type: 'json' }
import { flagsOf } from './commands/flags.ts'
import {
  listOptions,
  lockOptions,
  nodeOptions,
  planOptions,
  preflightOptions,
  samplesOf,
  watchOptions,
} from './commands/options.ts'
import { EXIT_CODES, formatOf, usage } from './commands/usage.ts'
import { exitCode } from './model/exit-code.ts'
import type { Report } from './model/report.ts'
import type { World } from './model/world.ts'
import type { Depth } from './probe/api/pull.ts'
import { failureReport } from './reporters/failure.ts'
import { print } from './reporters/print.ts'
import { loadPart } from './system/load-part.ts'

/** What a command came to. */
interface Answer {
  /** Undefined: all has been said. */
  readonly report?: Report
  /** It could not, and has said why; exit code 2. */
  readonly failed?: boolean
}

type Action = () => Promise<Answer>

/**
 * Runs one command. Exit codes: 0 done, or asked and yes; 1 asked and no (changes under `--check`, an unhealthy
 * registry, notices under `--strict`); 2 could not (usage, invalid list, conflict, no permission, a bug).
 */
export async function main(args: readonly string[], world: World): Promise<number> {
  let chosen: Action | undefined
  let help = ''
  const format = formatOf(args)
  try {
    const surface = commands(args, world, action => {
      chosen = action
    })
    await surface.parseAsync([...args], {}, (_error: unknown, _argv: unknown, output: string) => {
      help = output
    })
    if (chosen === undefined) {
      world.stdout.write(`${help}\n`)
      return 0
    }
    const { report, failed = false } = await chosen()
    if (report === undefined) return failed ? 2 : 0
    print(report, format, world)
    return exitCode(report)
  } catch (error) {
    print(failureReport(error, world.env), format, world)
    return 2
  }
}

function commands(args: readonly string[], world: World, choose: (action: Action) => void): Argv {
  return yargs()
    .scriptName('regmirror')
    .usage('$0 <command>\n\nOne declarative list of registry mirrors, made true on a container node.')
    .command(
      'init',
      'write a starter list',
      y =>
        y
          .options(flagsOf.init)
          .example('$0 init -o /etc/regmirror/mirrors.toml', 'start a list on this node')
          .example('$0 init --preset harbor', 'print the list for Harbor proxy projects'),
      args =>
        choose(async () => {
          const init = await loadPart(async () => (await import('./commands/init.ts')).init)
          return { report: await init(args, world.uid) }
        }),
    )
    .command(
      'validate',
      'is the list sound?',
      y =>
        y
          .options(flagsOf.validate)
          .example('$0 validate -f mirrors.toml', 'check a list before it is rolled out'),
      args =>
        choose(async () => {
          const validate = await loadPart(async () => (await import('./commands/validate.ts')).validate)
          return { report: await validate({ ...listOptions(args), strict: args.strict }, world) }
        }),
    )
    .command(
      'plan',
      'what would change on this node?',
      y =>
        y
          .options(flagsOf.plan)
          .example('$0 plan', 'show the difference between the list and this node')
          .example('$0 plan --root /mnt/image --check', 'is this image as the list says?'),
      args =>
        choose(async () => {
          const plan = await loadPart(async () => (await import('./commands/plan.ts')).plan)
          const own = { ...preflightOptions(args), ...planOptions(args), check: args.check }
          return { report: await plan({ ...listOptions(args), ...own }, world) }
        }),
    )
    .command(
      'apply',
      'make it so, then probe',
      y =>
        y
          .options(flagsOf.apply)
          .example('$0 apply -f mirrors.toml', 'write the files of this node and ask the mirrors')
          .example('$0 apply --root /mnt/image', 'prepare an image: no daemon, no network'),
      args =>
        choose(async () => {
          const apply = await loadPart(async () => (await import('./commands/apply.ts')).apply)
          const own = { ...preflightOptions(args), ...planOptions(args), ...lockOptions(args) }
          return { report: await apply({ ...listOptions(args), ...own }, world) }
        }),
    )
    .command(
      'probe',
      'are the mirrors well, and how fast?',
      y =>
        y
          .options(flagsOf.probe)
          .example('$0 probe -f mirrors.toml', 'ask every mirror and server of the list')
          .example('$0 probe --depth blob', 'pull a small image through each of them, and measure it'),
      args =>
        choose(async () => {
          const probe = await loadPart(async () => (await import('./commands/probe.ts')).probe)
          const { depth, samples } = args
          const options = {
            ...listOptions(args),
            depth: depth as Depth | undefined,
            samples: samplesOf(samples),
          }
          const report = await probe(options, world)
          return { report }
        }),
    )
    .command(
      'watch',
      'keep it so while mirrors die and recover',
      y =>
        y
          .options(flagsOf.watch)
          .example(
            '$0 watch --listen 127.0.0.1:9464',
            'keep this node right, with a status page and /metrics',
          )
          .example('$0 watch --on-exit declared', 'when it stops, put every mirror of the list back'),
      args =>
        choose(async () => {
          const watch = await loadPart(async () => (await import('./commands/watch.ts')).watch)
          const own = { ...lockOptions(args), ...watchOptions(args), ...planOptions(args) }
          return { failed: !(await watch({ ...listOptions(args), ...own }, world)) }
        }),
    )
    .command(
      'restore',
      'put back what was there before us',
      y =>
        y
          .options(flagsOf.restore)
          .example('$0 restore --check', 'show what would be put back')
          .example('$0 restore', 'leave this node as if regmirror had never been there'),
      args =>
        choose(async () => {
          const restore = await loadPart(async () => (await import('./commands/restore.ts')).restore)
          const { file: files, overwrite, check } = args
          const report = await restore(
            { ...nodeOptions(args), ...lockOptions(args), files, overwrite, check },
            world,
          )
          return { report }
        }),
    )
    .demandCommand(1, 1, 'name a command', 'one command at a time')
    .recommendCommands()
    .strict()
    .detectLocale(false)
    .version(pkg.version)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(world.stdout.columns ?? 100, 110))
    .epilogue(EXIT_CODES)
    .exitProcess(false)
    .fail((message, error) => {
      throw usage(message ?? error.message, args, flagsOf)
    }) as unknown as Argv
}
