import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { TOKEN_VARIABLE } from '../client/token/errors.ts';
import { FENCE_CHOICES } from '../functions/migration/fence.ts';
import { PREFLIGHT_CHECKS } from '../functions/migration/preflight.ts';
import { STATUSES } from '../functions/migration/status.ts';
import { VERIFICATION_MODES } from '../functions/migration/verification.ts';
import { CUTOVER_WAIVERS, notWaivableAtCutover, OTHER_WAIVERS } from '../functions/migration/waivers.ts';
import { ACTS } from './act-help.ts';
import { type CommonOptions, type Context, contextOf } from './context.ts';
import { EXAMPLES, EXIT_HELP } from './examples.ts';
import type { ExitCode } from './exit-codes.ts';
import { folded, HELP_LAYOUT } from './help-layout.ts';
import { DEFAULT_ENDPOINT, ENDPOINT_VARIABLE, STACK_VARIABLE } from './target.ts';
import { hasColor, type Io, widthOf } from './terminal/io.ts';
import { paintFor } from './terminal/paint.ts';
import { VERSION } from './version.ts';

const several = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** Of a request for a cutover. Not `<what...>`, which would take the migration's id for one. */
const waiversOf = (value: string, before: string[] | undefined): string[] => {
  const ids = value.split(',').filter((id) => id !== '');
  if (ids.length === 0 || ids.some((id) => notWaivableAtCutover(id)))
    throw new InvalidArgumentError(`Allowed choices are ${CUTOVER_WAIVERS.join(', ')}.`);
  return [...new Set([...(before ?? []), ...ids])];
};

/** Waivers that a request for a migration can name. */
const WAIVABLE = [
  ...Object.entries(PREFLIGHT_CHECKS).flatMap(([id, { waivable }]) => (waivable === 'byName' ? [id] : [])),
  ...OTHER_WAIVERS,
];
export const SUGGESTED: Readonly<Record<string, readonly string[]>> = { waive: WAIVABLE };

const withTarget = (command: Command): Command =>
  command
    .optionsGroup('Which service:')
    .option(
      '--endpoint <url>',
      `of the API, asked without a signature (env ${ENDPOINT_VARIABLE}; default ${DEFAULT_ENDPOINT})`,
    )
    .option(
      '--stack <name>',
      `a deployed stack, found by its outputs with your AWS credentials (env ${STACK_VARIABLE})`,
    )
    .option('--region <region>', "of the stack; default: the environment's or the profile's")
    .option('--profile <name>', 'of the AWS configuration')
    .option(
      '--token-file <path>',
      `a bearer token, for a service that takes those; read anew at each request (env ${TOKEN_VARIABLE}: the token itself)`,
    )
    .optionsGroup('Output:')
    .option('--json', 'documents for a script in place of text for a person');

const withRequest = (command: Command): Command =>
  command
    .option(
      '-f, --file <file>',
      'a request, or the skeleton of aws elasticache start-migration, as JSON or YAML; - is standard input',
    )
    .option('--replication-group-id <id>', 'the group to migrate into; its data are replaced')
    .option('--source <host:port>', 'the Redis or Valkey to migrate from')
    .option(
      '--customer-node-endpoint-list <endpoint>',
      "the same as aws takes it: Address='10.0.0.5',Port=6379",
      several,
    )
    .optionsGroup('How it goes:')
    .addOption(
      new Option('--cutover <mode>', 'who asks for the cutover (default: manual)').choices(['manual', 'automatic']),
    )
    .addOption(
      new Option('--fence <kind>', 'what keeps clients from the source for good (default: auto)').choices([
        ...FENCE_CHOICES,
      ]),
    )
    .option('--drain-budget-ms <ms>', 'longest freeze of writes before the cutover is backed out (default: 2000)')
    .option('--promotion-budget-seconds <s>', 'until a promotion without evidence is in doubt')
    .option('--quiet-seconds <s>', 'closes when nobody has turned to the source for so long (default: 60)')
    .addOption(
      new Option('--verification <mode>', 'what is compared before the cutover (default: full)').choices([
        ...VERIFICATION_MODES,
      ]),
    )
    .option('--sample-keys <n>', 'of each side, with --verification sample')
    .option('--max-keys-per-second <n>', 'while comparing (default: 50000)')
    .option('--fresh-for-minutes <n>', 'an older comparison is made anew before the cutover (default: 60)')
    .option('--ttl-tolerance-ms <ms>', 'expiries so close count as equal')
    .option('--waive <check...>', 'go on in spite of this finding; several by commas, or repeated')
    .option('--reason <text>', 'kept with the migration');

const migration = () => new Argument('<migration>', 'its id');
const migrationOrGroup = () =>
  new Argument('<migration>', "its id, or a replication group's, for its newest migration");

/**
 * @param done is told the exit code
 * @param begun is told with what a command begins that asks the service
 */
export const makeProgram = (
  io: Io,
  rawArgs: readonly string[],
  done: (code: ExitCode) => void,
  begun: (context: Context) => void = () => undefined,
): Command => {
  const program = new Command('elasticache-migrator');
  const contextFor = (options: CommonOptions): Context => {
    const context = contextOf(io, options, rawArgs);
    begun(context);
    return context;
  };
  const silent = () => undefined;
  const below =
    (text: string) =>
    ({ error }: { error: boolean }): string =>
      `\n${folded(text, widthOf(error ? io.stderr : io.stdout, io.env))}`;
  const paint = paintFor(io.stdout, io.env);
  program
    .description(
      'Moves a self-hosted Redis or Valkey into an ElastiCache replication group, and proves that nothing was lost.',
    )
    .version(VERSION, '-V, --version', 'the version of this command')
    .helpCommand('help [command]', 'what a command does, with examples')
    .helpOption('-h, --help', 'what a command does, with examples')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // What is wrong is told in one place, like every other failure.
      outputError: silent,
      getOutHelpWidth: () => widthOf(io.stdout, io.env),
      getErrHelpWidth: () => widthOf(io.stderr, io.env),
      getOutHasColors: () => hasColor(io.stdout, io.env),
      getErrHasColors: () => hasColor(io.stderr, io.env),
    })
    .configureHelp({ styleTitle: (text) => paint.bold(text), ...HELP_LAYOUT })
    .addHelpText('after', below(`${EXAMPLES.program}\n\n${EXIT_HELP}`));

  const command = (name: string, description: string): Command => {
    const made = program.command(name).description(description);
    const examples = EXAMPLES[name.split(' ')[0] as keyof typeof EXAMPLES];
    if (examples) made.addHelpText('after', below(examples));
    return made;
  };

  program.commandsGroup('Before you migrate:');
  withTarget(
    withRequest(command('preflight', 'check both sides and tell what a real migration would do; starts nothing')),
  ).action(async (options) =>
    done(await (await import('./commands/preflight.ts')).preflight(contextFor(options), options)),
  );
  withTarget(command('doctor', 'is the service reachable, as whom, and what is missing')).action(async (options) =>
    done(await (await import('./commands/doctor.ts')).doctor(contextFor(options))),
  );

  program.commandsGroup('Migrating:');
  withTarget(
    withRequest(command('start', 'begin a migration'))
      .option('--dry-run', 'check and test, start nothing')
      .optionsGroup('The command:')
      .option(
        '--idempotency-key <key>',
        'a repeat with the same key starts nothing twice (default: a random one, printed)',
      )
      .option('--watch', 'go on to watch it'),
  ).action(async (options) => done(await (await import('./commands/start.ts')).start(contextFor(options), options)));
  withTarget(
    command('list', 'migrations, newest first')
      .addOption(new Option('--status <status>', 'only those that have it').choices([...STATUSES]))
      .option('--replication-group-id <id>', 'only those into this group')
      .option('--limit <n>', 'of a page')
      .option('--next-token <token>', 'the page after the one that told it')
      .option('--all', 'all pages'),
  ).action(async (options) => done(await (await import('./commands/list.ts')).list(contextFor(options), options)));
  withTarget(
    command('show', 'where a migration stands, and what can be asked of it')
      .addArgument(migrationOrGroup())
      .option('--events', 'what was announced, too')
      .option('--findings', 'of the preflight, each whole'),
  ).action(async (name, options) =>
    done(await (await import('./commands/show.ts')).show(contextFor(options), name, options)),
  );
  withTarget(
    command('watch', 'follow a migration to its end')
      .addArgument(migrationOrGroup())
      .addOption(new Option('--until <status>', 'or until it has this status').choices([...STATUSES]))
      .option('--timeout <seconds>', 'or for so long; never given up without'),
  ).action(async (name, options) =>
    done(await (await import('./commands/watch.ts')).watch(contextFor(options), name, options)),
  );

  program.commandsGroup('Acting (each asks before it does):');
  for (const [action, { description, waivers, givesUp }] of Object.entries(ACTS)) {
    const made = command(action, description)
      .addArgument(migration())
      .option('--reason <text>', 'kept with the migration and your name')
      .option('-y, --yes', "do not ask for the replication group's name")
      .option('--watch', 'go on to watch it');
    if (waivers)
      made.addOption(
        new Option('--waive <check>', 'go on in spite of it; several by commas, or repeated')
          .choices([...CUTOVER_WAIVERS])
          .argParser(waiversOf),
      );
    if (givesUp)
      made.option('--give-up <host:port>', 'node of the source that is gone for good; can be repeated', several);
    withTarget(made).action(async (name, options) =>
      done(
        await (await import('./commands/act.ts')).act(contextFor(options), action as keyof typeof ACTS, name, options),
      ),
    );
  }

  program.commandsGroup('Without the service:');
  command('verify', 'compare two servers, key by key, while they are in use')
    .argument('<source>', 'redis://user:password@host:port/db, or rediss:// for TLS')
    .argument('<target>', 'the other one')
    .option('--json', 'the report as JSON')
    .addOption(new Option('--mode <mode>', 'all keys (default), or some drawn at random').choices(['full', 'sample']))
    .option('--sample <n>', 'how many keys of each side are drawn (default: 10000)')
    .option('--rate <n>', 'at most so many keys a second')
    .option('--ttl-tolerance <ms>', 'expiries so close count as equal')
    .option('--ignore-latency', 'go on at full speed when the source gets slower')
    .option('--checkpoint <file>', 'keep how far it is there, and go on from there')
    .action(async () =>
      done(await (await import('./commands/verify.ts')).verify(io, rawArgs.slice(rawArgs.indexOf('verify') + 1))),
    );
  const certificate = command('certificate', 'offset certificates of cutovers').helpCommand(false);
  certificate
    .command('check')
    .description('check one, without a network')
    .argument(
      '<file>',
      'the certificate, a MigrationPromoted event, or a migration as show --json tells it; - is standard input',
    )
    .option('--public-key <file>', 'of the KMS key that signed it')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', below(EXAMPLES.certificate))
    .action(async (file, options) =>
      done(await (await import('./commands/certificate.ts')).checkCertificate(io, file, options)),
    );
  command('completion', 'a script that completes commands, options and ids in your shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => done(await (await import('./commands/completion.ts')).completionScript(io, shell)));
  return program;
};
