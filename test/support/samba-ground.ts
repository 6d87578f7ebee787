/** The healthy installation over a real domain controller: set back for each catastrophe. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Files } from './desired-state.ts';
import { dump, modify } from './directory-contents.ts';
import { SMALL } from './embedded-ground.ts';
import { type Account, beginning, dayFrom, type Ground, type Hand, healthyFiles, texts } from './ground.ts';
import { runCommand } from './run-command.ts';
import { type SambaDc, type SambaSnapshot, snapshotState, startSamba } from './samba.ts';
import { approveAll, change, makeSite, plan, sync, type TestSite } from './site.ts';
import { makeTestDirectory, type TestDirectory } from './test-directory.ts';

/** Everything is approved while it is made, so that nothing of the day's budget is used up. */
const NOTHING =
  '{ disable: { people: 0 }, enable: { people: 0 }, create: { people: 0 }, update: { people: 0 }, phone: { people: 0 }, block: { people: 0, perDay: 0, institutions: 0, institutionPeople: 0 } }';
/** What is compared and changed. */
const ATTRIBUTES = [
  'objectGUID',
  'sAMAccountName',
  'userAccountControl',
  'accountExpires',
  'adminDescription',
  'adminCount',
  'company',
  'displayName',
  'givenName',
  'sn',
  'mail',
  'mobile',
];

export interface SambaGrounds {
  /** The installation, healthy again. */
  readonly next: () => Promise<Ground>;
  readonly remove: () => Promise<void>;
}

export async function makeSambaGrounds(): Promise<SambaGrounds> {
  const dc = await startSamba();
  const site = await makeSite(dc, { limits: NOTHING });
  const day = dayFrom(Date.now());
  await taken(site, beginning(day));
  await taken(site, healthyFiles(day));
  const text = await readFile(site.configFile, 'utf8');
  await writeFile(site.configFile, text.replace(NOTHING, JSON.stringify(SMALL)));
  const kept = await makeTestDirectory('kept');
  await runCommand('cp', ['-a', `${site.folder}/.`, kept.path]);
  const snapshot = await snapshotState(dc);
  return {
    next: async () => {
      await rewind(dc, site, snapshot, kept);
      return over(dc, site, day);
    },
    remove: async () => {
      await Promise.all([dc.stop(), site.remove(), snapshot.remove(), kept.remove()]);
    },
  };
}

async function taken(site: TestSite, files: Files): Promise<void> {
  await change(site, files, 'Change');
  await approveAll(site, await sync(site));
  await sync(site);
}

async function rewind(dc: SambaDc, site: TestSite, snapshot: SambaSnapshot, kept: TestDirectory): Promise<void> {
  await dc.rollBackTo(snapshot);
  await Promise.all((await readdir(site.folder)).map((name) => rm(join(site.folder, name), { recursive: true })));
  await runCommand('cp', ['-a', `${kept.path}/.`, site.folder]);
}

function over(dc: SambaDc, site: TestSite, day: (offset: number) => string): Ground {
  const healthy = healthyFiles(day);
  let files = healthy;
  return {
    healthy,
    files: () => files,
    day,
    declare: (changed) => {
      files = texts(changed, files);
      return change(site, changed, 'Change');
    },
    accounts: () => accountsOf(dc),
    byHand: async (hand) => {
      const accounts = [...(await accountsOf(dc)).values()];
      const records = accounts.flatMap((account, nth) => ldifOf(dc, account, hand(account, nth)));
      if (records.length > 0) await modify(dc, records.join('\n'));
    },
    plan: () => plan(site),
    sync: (trigger) => sync(site, trigger === undefined ? {} : { trigger }),
    approve: (report) => approveAll(site, report),
  };
}

async function accountsOf(dc: SambaDc): Promise<ReadonlyMap<string, Account>> {
  const found = await dump(
    dc,
    dc.baseDn,
    '(&(objectClass=user)(|(cn=c*)(cn=d*)(cn=k*)(cn=f*)(cn=x*)(cn=n*))(!(objectClass=computer)))',
    ATTRIBUTES,
  );
  return new Map(
    [...found].map(([dn, lines]) => {
      const values = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')), line.replace(/^[^:]+::? /, '')]),
      );
      const { objectGUID: guid = '', ...others } = values;
      return [guid, { guid, dn, values: others }];
    }),
  );
}

function ldifOf(dc: SambaDc, { dn, values }: Account, hand: Hand): readonly string[] {
  if (hand === null) return [];
  if (hand === 'delete') return [`dn: ${dn}\nchangetype: delete\n`];
  if ('moveTo' in hand) {
    const [name = ''] = dn.split(',', 1);
    const unit = hand.moveTo === 'staff' ? `OU=Elsewhere,${dc.baseDn}` : dc.researchersOu;
    return [`dn: ${dn}\nchangetype: modrdn\nnewrdn: ${name}\ndeleteoldrdn: 1\nnewsuperior: ${unit}\n`];
  }
  const changes = Object.entries(hand.set).flatMap(([attribute, value]) => {
    if (value !== null) return [`replace: ${attribute}\n${attribute}: ${value}\n-\n`];
    return attribute in values ? [`delete: ${attribute}\n-\n`] : [];
  });
  return changes.length === 0 ? [] : [`dn: ${dn}\nchangetype: modify\n${changes.join('')}`];
}
