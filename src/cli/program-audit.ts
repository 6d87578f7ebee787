/** The commands for the sealed record, with their arguments. */
import { Option } from 'commander';
import { type Host, reason } from './host.ts';

/** For whoever asks afterwards who did what, and why. */
export function addAudit({ program, action }: Host): void {
  const audit = program.command('audit').description('the sealed record of everything that counts').helpCommand(false);
  const since = () => new Option('--since <when>', 'from a day (2026-03-01), a moment, or how long ago (3d)');
  audit
    .command('show')
    .description('who did what to whom and why, newest last')
    .option('-u, --user <user>', 'what concerns this person, or was done under this name')
    .addOption(since())
    .option('--all', 'everything, however long')
    .action(action(async () => (await import('./audit.ts')).auditShow));
  audit
    .command('verify')
    .description('prove that no row was changed, moved, added or taken out; names the first that was')
    .action(action(async () => (await import('./audit.ts')).auditVerify));
  audit
    .command('export')
    .description('all rows, for other programs')
    .addOption(
      new Option('--as <form>', 'JSON Lines that prove themselves, or a table')
        .choices(['jsonl', 'csv'])
        .default('jsonl'),
    )
    .addOption(since())
    .action(action(async () => (await import('./audit.ts')).auditExport));
  audit
    .command('accept')
    .description('let a restored database count as it is, after looking at it')
    .addOption(reason())
    .action(action(async () => (await import('./audit.ts')).auditAccept));
}
