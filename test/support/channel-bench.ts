/** A sync that writes to directory, control file and privacyIDEA at once; to be run again and again from the same beginning. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { isWhole, verifyAudit } from '../../src/core/audit-proof.ts';
import { DirectoryFile } from '../../src/reconcilers/directory/embedded/directory-file.ts';
import { wire } from '../../src/wiring.ts';
import { makeSite, person, type SiteFolder } from '../cli/site-folder.ts';
import { withRaw } from '../store/raw-database.ts';
import { asRemembered } from './forty-changes.ts';
import { API_TOKEN, type OtpToken, type StandIn, startPrivacyidea } from './privacyidea.ts';

const NEW_PEOPLE = ['new1', 'new2'];
const CALLED = ['called1', 'called2'];
const BLOCKED = ['blocked1', 'blocked2'];
const STAYING = ['stays1', ...CALLED, ...BLOCKED, 'muted1', 'closed1', 'lifted1', 'spoken1'];

/** An installation with the state of it, and of privacyIDEA, just before the sync. */
export interface ChannelBench {
  readonly site: SiteFolder;
  readonly otp: StandIn;
  readonly kept: string;
  readonly keptTokens: ReadonlyMap<string, OtpToken>;
  /** The last row of the audit chain before it. */
  readonly begun: number;
}

/** What a run, however interrupted, must end in. */
export interface ChannelEnding {
  /** `new1 on +4520123450`, by username. */
  readonly accounts: readonly string[];
  /** Lines of the control file, but for the first, which has the time. */
  readonly list: readonly string[];
  /** `new1 +4520123450 live`, with every token that anybody has. */
  readonly tokens: readonly string[];
  readonly ledger: readonly string[];
  /** Sealed files that are not called unused. */
  readonly sealed: readonly string[];
  readonly open: number;
  readonly left: number;
  readonly exit: number;
  readonly audit: readonly string[];
}

const OLD = '+45 20 12 34 50';
const entry = (name: string, phone = OLD, state = 'active') =>
  person(name, 'Anna', 'Jensen', phone).replace('state: active', `state: ${state}`);
const block = (user: string, more = '') => `- user: ${user}\n  reason: "Passed on"\n  from: 2026-01-01\n${more}`;
const LIFTED = '  lifted: 2026-02-01\n';

export async function makeChannelBench(): Promise<ChannelBench> {
  const otp = await startPrivacyidea([...STAYING, ...NEW_PEOPLE]);
  const site = await makeSite();
  writeFileSync(join(site.folder, 'otp-token'), `${API_TOKEN}\n`, { mode: 0o600 });
  site.configure(
    'limits: { always: 5 }',
    `limits: { always: 20 }
mailBlocks: { controlFile: { path: blocked.txt } }
tokens: { privacyidea: { url: "${otp.url}", realm: ${otp.state.realm}, tokenFile: otp-token } }
audit: { headFile: audit-head.json }`,
  );
  site.declare('users/cbs.yaml', STAYING.map((name) => entry(name)).join(''));
  site.declare('blocked-users.yaml', block('lifted1'));
  site.declare('mail-blocks.yaml', block('spoken1'));
  for (let times = 0; times < 2; times += 1) await synced(site);
  site.declare('users/cbs.yaml', everybody());
  site.declare('blocked-users.yaml', block('lifted1', LIFTED) + BLOCKED.map((name) => block(name)).join(''));
  site.declare('mail-blocks.yaml', block('spoken1', LIFTED) + block('muted1'));
  const kept = `${site.folder}.kept`;
  cpSync(site.folder, kept, { recursive: true });
  const begun = await onSite(site, async ({ parts }) => (await parts.store.audit.head()).seq);
  return { site, otp, kept, keptTokens: structuredClone(otp.state.tokens), begun };
}

function everybody(): string {
  const changed = new Map([
    ...CALLED.map((name, nth) => [name, entry(name, `+45 20 99 99 9${nth}`)] as const),
    ['closed1', entry('closed1', OLD, 'closed')] as const,
  ]);
  return [...STAYING, ...NEW_PEOPLE].map((name) => changed.get(name) ?? entry(name)).join('');
}

async function synced(site: SiteFolder): Promise<void> {
  const { code, err } = await site.muster('sync');
  if (code !== 0) throw new Error(`the sync before it ended with ${code}: ${err}`);
}

export async function removeChannelBench({ site, otp, kept }: ChannelBench): Promise<void> {
  await otp.close();
  rmSync(kept, { recursive: true });
  site.remove();
}

/** Puts everything back to where it was before the sync. */
export function rewindChannels({ site, otp, kept, keptTokens }: ChannelBench): void {
  otp.fault = null;
  rmSync(site.folder, { recursive: true });
  cpSync(kept, site.folder, { recursive: true });
  otp.state.tokens.clear();
  for (const [serial, token] of structuredClone(keptTokens)) otp.state.tokens.set(serial, token);
}

/** Runs the sync, as `first` does it, and then twice more, undisturbed. Says what it came to. */
export async function channelEnding(bench: ChannelBench, first: () => Promise<unknown>): Promise<ChannelEnding> {
  const { site, otp } = bench;
  await first();
  otp.fault = null;
  const exits: number[] = [];
  for (let times = 0; times < 2; times += 1) exits.push((await site.muster('sync')).code);
  const plan: unknown = JSON.parse((await site.muster('--format', 'json', 'plan')).out);
  return {
    accounts: await accountsOf(site),
    list: readFileSync(join(site.folder, 'blocked.txt'), 'utf8').split('\n').slice(1).sort(byText),
    tokens: [...otp.state.tokens.values()].map(asTold).sort(byText),
    ...(await memoryOf(bench)),
    // As `muster plan` prints it.
    left: (plan as { readonly plan: { readonly changes: readonly unknown[] } }).plan.changes.length,
    exit: Math.max(...exits),
  };
}

function asTold({ user, info, active, revoked }: OtpToken): string {
  return `${user} ${String(info.phone)} ${revoked ? 'revoked' : active ? 'live' : 'off'}`;
}

async function accountsOf({ folder }: SiteFolder): Promise<readonly string[]> {
  const contents = await new DirectoryFile(join(folder, 'directory.json')).read();
  return [...contents.all()]
    .map(({ stored: { values } }) => {
      const state = (Number(values.userAccountControl) & 2) === 0 ? 'on' : 'off';
      return `${values.sAMAccountName} ${state} ${values.mobile}`;
    })
    .sort(byText);
}

async function memoryOf({ site, begun }: ChannelBench) {
  return await onSite(site, async ({ parts }) => {
    const { store, reconcilers, headFile } = parts;
    const rows = await Promise.all(reconcilers.map(({ system }) => store.ledger.all(system)));
    const chain = await verifyAudit(store, headFile);
    return {
      ledger: rows.flat().map(asRemembered).sort(byText),
      sealed: sealedIn(site),
      open: (await store.journal.open()).length,
      audit: [...(isWhole(chain) ? [] : [`the chain is not whole: ${JSON.stringify(chain)}`]), ...told(site, begun)],
    };
  });
}

/** `new1.age`: without the attempt, which is another in each run. */
function sealedIn({ folder }: SiteFolder): readonly string[] {
  const files = readdirSync(join(folder, 'outbox')).filter((name) => !name.endsWith('.unused.age'));
  return files.map((name) => name.replace(/\.[^.]*/, '')).sort(byText);
}

/** `tokens disable blocked1`, once for each time that it was recorded as done. */
function told({ folder }: SiteFolder, begun: number): readonly string[] {
  const rows = withRaw(join(folder, 'muster.db'), (raw) => raw.prepare(DONE_SINCE).all(begun));
  // As it asks.
  return (rows as readonly { readonly told: string }[]).map((row) => row.told).sort(byText);
}

const DONE_SINCE = `
  select json_extract("eventJson", '$.system') || ' ' || json_extract("eventJson", '$.change') || ' '
    || json_extract("eventJson", '$.person.key') as told
  from audit
  where seq > ? and json_extract("eventJson", '$.kind') = 'change' and json_extract("eventJson", '$.outcome.status') = 'applied'`;

async function onSite<T>(site: SiteFolder, work: (opened: Awaited<ReturnType<typeof wire>>) => Promise<T>): Promise<T> {
  const opened = await wire(await loadConfig(site.config), { progress: () => undefined, logLevel: 'silent' });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
