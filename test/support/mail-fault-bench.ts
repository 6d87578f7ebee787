/** A sync that tells of seven things by mail, killed at any point of its queue and of its talk with the mail server; and what became of the mails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, makeSite, person, run } from '../cli/site-folder.ts';
import { MAIL_STEPS, type MailStep, type Received, startMailServer } from './mail-server.ts';

const CHILD = fileURLToPath(new URL('../faults/sync-crash-child.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Two of them, so that a kill can come between two mails. */
const RECIPIENTS = ['rs@example.org', 'head@example.org'];
/** What every recipient has to hear of, each in one mail. */
const NEWS = [
  'New accounts (1)\n',
  'Changed phone numbers (1)\n',
  'Blocked (1)\n',
  'Closed accounts (1)\n',
  'Access given back (1)\n',
  'Iben Lund (ilund)',
  'new number: +4528901234',
];

/** Before which writing statement, counted from 1, or at which step of the how manieth mail; as in `mail:statement:17`, `mail:smtp:whole:2`. */
export type MailPoint =
  | { readonly kind: 'statement'; readonly nth: number }
  | { readonly kind: 'smtp'; readonly step: MailStep; readonly nth: number };

export function nameOfMailPoint(point: MailPoint): string {
  return point.kind === 'statement' ? `mail:statement:${point.nth}` : `mail:smtp:${point.step}:${point.nth}`;
}

export interface MailBench {
  /** All there are. */
  readonly points: readonly MailPoint[];
  /** Kills a sync there, lets others finish, and says what is wrong with the mails that came; empty: nothing. */
  strike(point: MailPoint): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export async function makeMailBench(): Promise<MailBench> {
  let watch: (step: MailStep) => Promise<void> = () => Promise.resolve();
  const server = await startMailServer({ at: (step) => watch(step) });
  const { folder, remove } = await preparedSite(server.port);
  const config = join(folder, 'muster.yaml');
  const kept = await mkdtemp(join(tmpdir(), 'muster-mail-crash-'));
  await cp(folder, kept, { recursive: true });

  /** Puts the site back to where it was, in its own place: the directory would be another one elsewhere. */
  async function received(work: () => Promise<void>): Promise<readonly Received[]> {
    await rm(folder, { recursive: true });
    await cp(kept, folder, { recursive: true });
    server.forget();
    try {
      await work();
      return [...server.received];
    } finally {
      watch = () => Promise.resolve();
    }
  }

  let statements = 0;
  const undisturbed = await received(async () => {
    const { err } = await run([CHILD, config, '0'], kept);
    statements = Number(/^statements (\d+)$/m.exec(err)?.[1]);
    if (!(statements > 0)) throw new Error(`the sync can't be counted: ${err}`);
  });
  const wrong = faultsIn(undisturbed, 1);
  if (wrong.length > 0) throw new Error(`undisturbed, too: ${wrong.join('; ')}`);

  return {
    points: pointsUpTo(statements),
    strike: async (point) => {
      const all = await received(async () => {
        const killed =
          point.kind === 'statement'
            ? await killedBefore(config, point.nth)
            : await killedAt(config, point, (next) => {
                watch = next;
              });
        if (!killed) throw new Error(`nothing was killed at ${nameOfMailPoint(point)}`);
        // The first one finds what was left, the second one must find nothing more to say.
        for (let times = 0; times < 2; times += 1) {
          const { code, out, err } = await call(['--config', config, 'sync']);
          if (code !== 0) throw new Error(`the sync after it ended with ${code}: ${err}${out}`);
        }
      });
      return faultsIn(all, 2);
    },
    remove: async () => {
      await server.close();
      await remove();
      await rm(kept, { recursive: true });
    },
  };
}

/** Six steps of each of the two mails. */
function pointsUpTo(statements: number): readonly MailPoint[] {
  const steps = MAIL_STEPS.flatMap((step) =>
    // Both go over one connection.
    (step === 'connected' ? [1] : RECIPIENTS.map((_, n) => n + 1)).map((nth) => ({ kind: 'smtp', step, nth }) as const),
  );
  return [...steps, ...Array.from({ length: statements }, (_, n) => ({ kind: 'statement', nth: n + 1 }) as const)];
}

async function killedBefore(config: string, statement: number): Promise<boolean> {
  const child = spawn(process.execPath, [CHILD, config, String(statement)], { stdio: 'ignore' });
  const [, signal] = await once(child, 'exit');
  return signal === 'SIGKILL';
}

async function killedAt(
  config: string,
  { step, nth }: MailPoint & { readonly kind: 'smtp' },
  watching: (watch: (step: MailStep) => Promise<void>) => void,
): Promise<boolean> {
  const child = spawn(process.execPath, [MAIN, '--config', config, 'sync'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  let seen = 0;
  watching(async (reached) => {
    if (reached !== step) return;
    seen += 1;
    if (seen !== nth) return;
    child.kill('SIGKILL');
    await ended;
  });
  const [, signal] = await ended;
  // After its last answer the process may be quicker to its end than the signal to it.
  return signal === 'SIGKILL' || step === 'answered';
}

/** What must hold of everything that came in. @param most how often one mail may come. */
function faultsIn(received: readonly Received[], most: number): readonly string[] {
  const faults: string[] = [];
  const byName = Map.groupBy(received, ({ mail }) => mail.messageId ?? '');
  for (const [name, same] of byName) {
    if (same.length > most) faults.push(`${name} came ${same.length} times`);
    if (new Set(same.map(({ raw }) => raw)).size > 1) faults.push(`${name} came in two versions`);
  }
  const different = [...byName.values()].flatMap(([first]) => first ?? []);
  for (const recipient of RECIPIENTS) {
    for (const news of NEWS) {
      const holding = different.filter((one) => one.recipient === recipient && one.mail.text?.includes(news) === true);
      if (holding.length !== 1) faults.push(`${recipient}: "${news.trim()}" stands in ${holding.length} mails`);
    }
  }
  return faults;
}

/** Synced once, and with the changes that are to be told of written down. */
async function preparedSite(port: number): Promise<{ folder: string; remove(): Promise<void> }> {
  const site = await makeSite();
  const anna = person('ajensen', 'Anna', 'Jensen', '+45 20 12 34 56');
  const others =
    person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57') + person('cholm', 'Clara', 'Holm', '+45 20 12 34 58');
  const blocked = '- user: dkrag\n  reason: left\n  from: 2026-01-01\n';
  const dora = person('dkrag', 'Dora', 'Krag', '+45 20 12 34 59');
  site.declare('users/cbs.yaml', anna + others + dora);
  await mustSync(site.config);
  site.declare('blocked-users.yaml', blocked);
  await mustSync(site.config);
  site.configure(
    'limits: { always: 5 }',
    `limits: { always: 5 }
notify:
  language: en
  smtp: { host: 127.0.0.1, port: ${port}, tls: none, from: muster@example.org }
  to: { researchService: ${JSON.stringify(RECIPIENTS)}, operations: [ops@example.org] }
  digest: "23:59"`,
  );
  // From here on everything is told.
  await mustSync(site.config);
  const ended = others.replace('active', 'closed');
  const news = person('ilund', 'Iben', 'Lund', '+45 20 12 34 60');
  site.declare('users/cbs.yaml', anna.replace('20 12 34 56', '28 90 12 34') + ended + dora + news);
  site.declare(
    'blocked-users.yaml',
    `${blocked}  lifted: 2026-01-02\n- user: cholm\n  reason: theft\n  from: 2026-01-01\n`,
  );
  return { folder: site.folder, remove: async () => site.remove() };
}

async function mustSync(config: string): Promise<void> {
  const { code, err } = await call(['--config', config, 'sync']);
  if (code !== 0) throw new Error(err);
}
