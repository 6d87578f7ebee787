/** The commands and their arguments; each is loaded only when it is called, so that --help answers at once. */
import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../log-level.ts';
import { KINDS } from '../model/document.ts';
import { ownFile } from '../own-files.ts';
import { type Host, reason } from './host.ts';
import { type ExitCode, FORMATS, type Format, type Invocation } from './invocation.ts';
import { addAudit } from './program-audit.ts';
import { addByHand } from './program-by-hand.ts';
import type { Terminal } from './terminal.ts';

/** Where the configuration is looked for when neither --config nor MUSTER_CONFIG says. */
const CONFIG_DEFAULT = 'config/muster.yaml';

interface GlobalOptions {
  readonly config?: string;
  readonly format: Format;
  readonly logLevel?: LogLevel;
}

/**
 * Parses the arguments and runs the one command they name.
 * @param args without the interpreter and the script.
 * @throws whatever the command throws; wrong arguments are said on standard error and give 1.
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  const output: Promise<void>[] = [];
  const program = new Command('muster')
    .description('GitOps for identities: makes Active Directory hold what a reviewed Git repository declares.')
    .addOption(new Option('-c, --config <file>', `configuration (default: ${CONFIG_DEFAULT}, or MUSTER_CONFIG)`))
    .addOption(new Option('-f, --format <form>', 'how results are shown').choices(FORMATS).default('text'))
    .addOption(
      new Option('--log-level <level>', 'what goes to standard error (default: as configured)').choices(LOG_LEVELS),
    )
    .version(versionOf(), '-V, --version', 'show the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.push(terminal.print(text)),
      writeErr: (text) => output.push(terminal.say(text.trimEnd())),
    })
    .showHelpAfterError('Add --help to see how the command is used.');
  const host: Host = {
    program,
    action: (load) =>
      async function (this: Command, ...given) {
        const run = await load();
        // Commander gives the arguments as declared, then the options, then the command; it has checked all of them.
        const declared = given.slice(0, -2) as never[];
        code = await run(invocationOf(this, terminal, env), this.opts() as never, ...declared);
      },
  };
  addReading(host);
  addWriting(host);
  addDeciding(host);
  addActing(host);
  addRare(host);
  addAudit(host);
  addByHand(host);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? 0 : 1;
  }
  await Promise.all(output);
  return code;
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(ownFile('package.json'), 'utf8'));
  return String(version);
}

function invocationOf(command: Command, terminal: Terminal, env: Invocation['env']): Invocation {
  const options = command.optsWithGlobals<GlobalOptions>();
  const fromEnv = env.MUSTER_CONFIG === '' ? undefined : env.MUSTER_CONFIG;
  return {
    terminal,
    env,
    configFile: options.config ?? fromEnv ?? CONFIG_DEFAULT,
    format: options.format,
    logLevel: options.logLevel ?? null,
  };
}

function digest(text: string): string {
  if (/^[0-9a-f]{8,64}$/.test(text)) return text;
  throw new InvalidArgumentError('It is the code of at least 8 of 0-9 and a-f that "muster held" shows.');
}

/** Commands that only look. */
function addReading({ program, action }: Host): void {
  program
    .command('validate')
    .description('check the repository alone: every mistake with file, line and the corrected line')
    .option('--all', 'show everything, however long')
    .option('--base <rev>', 'also what changed since this revision (origin/main, HEAD~1, a commit), and for whom')
    .option('--code-quality <file>', 'also write a code-quality report for GitLab into this file')
    .action(action(async () => (await import('./validate.ts')).validate));
  program
    .command('plan')
    .description('show what would happen to whom and why; writes nothing')
    .option('--all', 'name everybody, however many')
    .option('--at <when>', 'what dates will have changed by then: a day (2027-01-01, its beginning), a moment, or 3d')
    .option('--exit-code', 'exit with 2 also when there is anything to do')
    .action(action(async () => (await import('./plan.ts')).plan));
  program
    .command('review')
    .description('show what merging a branch would do, to whom and why; writes to no system')
    .argument('<branch>', 'branch as it was pushed')
    .option('--all', 'name everybody, however many')
    .option('--validate', 'only look for mistakes; reads no system')
    .option('--keep', 'hold what the merge takes from people against what is shown now')
    .action(action(async () => (await import('./review.ts')).review));
  program
    .command('held')
    .description('show what waits for a person since the last pass')
    .option('--all', 'name everybody, however many')
    .action(action(async () => (await import('./held.ts')).held));
  program
    .command('why')
    .description("a person's standing with every reason behind it, what each system holds, the last changes")
    .argument('<user>', 'username')
    .action(action(async () => (await import('./why.ts')).why));
  program
    .command('agreement')
    .description(
      'how far systems are as the repository says, by institution and day, and which are ready to be looked after',
    )
    .option('--now', 'read everything and compare now, instead of showing what passes recorded')
    .option('--all', 'name everybody, however many')
    .action(action(async () => (await import('./agreement.ts')).agreement));
  program
    .command('doctor')
    .description('check configuration, repository, store, directory servers with certificates and rights, credentials')
    .option('--write-probe', 'prove on disabled throw-away accounts, removed again, that writes do what they should')
    .option('--mail', 'send a test mail to everybody who is to be told')
    .option('--yes', 'do not ask before --write-probe writes')
    .action(action(async () => (await import('./doctor.ts')).doctor));
}

/** Commands for whoever writes the repository. */
function addWriting({ program, action }: Host): void {
  program
    .command('schema')
    .description('what may be written, as JSON Schema for editors')
    .addArgument(new Argument('[kind]', 'a kind of document, or muster for muster.yaml').choices([...KINDS, 'muster']))
    .option('-w, --write <folder>', 'write all of them into this repository, wired for its editor')
    .action(action(async () => (await import('./schema.ts')).schema));
  program
    .command('init')
    .description('begin: a configuration that only observes, and a desired-state repository')
    .argument('<dir>', 'a folder that is empty, or does not exist yet')
    .option('--instance <name>', 'the name of the installation: small letters, digits and hyphens', 'my-site')
    .action(action(async () => (await import('./init.ts')).init));
  const several = (one: string, before: readonly string[]) => [...before, one];
  program
    .command('import')
    .description('write an entry for every account that exists; what cannot be said is told by name')
    .option('--ou <dn>', 'only below this unit; may be repeated', several, [])
    .option('--into <folder>', 'a working copy of the repository (default: the folder of the configuration)')
    .option('-i, --institution <id>', 'where everybody belongs; by default the account says it')
    .option('--only <pattern>', 'usernames, * for anything; may be repeated', several, [])
    .option('--except <pattern>', 'the same, to be left out', several, [])
    .option('--update', 'also write what the directory has into entries that are there; comments stay')
    .option('--dry-run', 'only show it')
    .option('--all', 'name everybody, however many')
    .action(action(async () => (await import('./import.ts')).importAccounts));
}

/** One pass, and what people decide about it. */
function addDeciding({ program, action }: Host): void {
  program
    .command('sync')
    .description('make it so: one pass')
    .option('--all', 'name everybody, however many')
    .option('--scheduled', 'for a timer: what keeps failing is tried again less and less often')
    .action(action(async () => (await import('./sync.ts')).sync));
  program
    .command('serve')
    .description('the daemon: a pass on schedule, on every push and at each due moment')
    .action(action(async () => (await import('./serve.ts')).serve));
  program
    .command('approve')
    .description('let held changes through at the next pass, exactly as they were shown')
    .argument('<digest>', 'the code shown with the held changes', digest)
    .addOption(reason())
    .option('--at <when>', 'in advance, for what "muster plan --at" shows for that moment')
    .action(action(async () => (await import('./approve.ts')).approve));
  program
    .command('reject')
    .description('take back an approval, or record that held changes are not wanted')
    .argument('<digest>', 'the code shown with the held changes', digest)
    .addOption(reason())
    .action(action(async () => (await import('./reject.ts')).reject));
  program
    .command('pause')
    .description('stop everything but blocks and closings')
    .addOption(reason())
    .action(action(async () => (await import('./pause.ts')).pause));
  program
    .command('resume')
    .description('go on after a pause')
    .action(action(async () => (await import('./resume.ts')).resume));
}

/** Commands that act on one person or institution now. */
function addActing({ program, action }: Host): void {
  program
    .command('block')
    .description('shut out a person or an institution now; stays until unblocked, or until --until')
    .argument('[user]', 'username')
    .option('-i, --institution <id>', 'everybody of this institution and those below it')
    .addOption(reason())
    .option(
      '-u, --until <when>',
      'a day (2026-03-01, inclusive), a moment (2026-03-01T14:00) or a time from now (4h, 3d)',
    )
    .action(action(async () => (await import('./block.ts')).block));
  program
    .command('unblock')
    .description('end a block that was set with "muster block"')
    .argument('[user]', 'username')
    .option('-i, --institution <id>', 'an institution')
    .addOption(reason())
    .action(action(async () => (await import('./unblock.ts')).unblock));
  program
    .command('enable')
    .description('give back an account that was disabled by hand')
    .argument('<user>', 'username')
    .option('--system <name>', 'which system gives it back, as in "muster why"; the directory by default')
    .addOption(reason())
    .action(action(async () => (await import('./enable.ts')).enable));
  program
    .command('adopt')
    .description('take over existing accounts, after showing what that would change')
    .argument('[user...]', 'usernames')
    .option('--ou <dn>', 'everybody who is declared and whose account lies there and would stay as it is')
    .option('--changing', 'with --ou: also those whom the next pass would then change')
    .option('--all', 'name everybody, however many')
    .option('--yes', 'do it')
    .option('-r, --reason <text>', 'why; recorded; needed with --yes')
    .action(action(async () => (await import('./adopt.ts')).adopt));
}

/** For the rare days, and for whoever hands out initial passwords. */
function addRare({ program, action }: Host): void {
  program
    .command('approve-revision')
    .description('accept a revision although it does not build on the last one applied, or nobody else approved it')
    .argument('<step>', 'OLD..NEW, as shown when it was refused')
    .addOption(reason())
    .action(action(async () => (await import('./approve-revision.ts')).approveRevision));
  const ledger = program
    .command('ledger')
    .description("Muster's memory of which accounts are its own")
    .helpCommand(false);
  ledger
    .command('rebuild')
    .description('learn again from the marks in the directory which accounts are ours')
    .option('--system <name>', 'learn what was deleted in that system instead, such as tokens')
    .addOption(new Option('--approve <digest>', 'do it, as it was shown under this code').argParser(digest))
    .option('-r, --reason <text>', 'why; recorded')
    .action(action(async () => (await import('./ledger-rebuild.ts')).ledgerRebuild));
  const credentials = program.command('credentials').description('sealed initial passwords').helpCommand(false);
  credentials
    .command('open')
    .description('open a sealed initial password')
    .argument('<file>', 'sealed file from the outbox')
    .requiredOption('-k, --identity <keyfile>', 'your secret age key')
    .action(action(async () => (await import('./credentials-open.ts')).credentialsOpen));
  credentials
    .command('reissue')
    .description('give an account a new initial password, sealed into the outbox')
    .argument('<user>', 'username')
    .addOption(reason())
    .action(action(async () => (await import('./credentials-reissue.ts')).credentialsReissue));
}
