/** One lasting connection to a test controller as its administrator, for looking and putting back thousands of times in one test. */
import { readFileSync } from 'node:fs';
import { Attribute, Change, Client, type Entry } from 'ldapts';
import { type Dump, PASSING, withoutAttempt } from './account-dumps.ts';
import type { Look } from './fault-bench.ts';
import type { SambaDc } from './samba.ts';

export class AdminSession {
  readonly #dc: SambaDc;
  readonly #client: Client;

  constructor(dc: SambaDc) {
    this.#dc = dc;
    this.#client = new Client({ url: dc.ldapsUrl, tlsOptions: { ca: readFileSync(dc.caFile) } });
  }

  async open(): Promise<void> {
    await this.#client.bind(this.#dc.adminUser, this.#dc.adminPassword);
  }

  async close(): Promise<void> {
    await this.#client.unbind();
  }

  /** What there is now. */
  async look(): Promise<Look> {
    const found = await this.#client.search(this.#dc.researchersOu, {
      scope: 'sub',
      filter: '(objectClass=user)',
      attributes: ['*'],
      explicitBufferAttributes: ['objectGUID', 'objectSid'],
    });
    const root = await this.#client.search('', { scope: 'base', attributes: ['highestCommittedUSN'] });
    const accounts = found.searchEntries.map((entry) => [entry.dn, linesOf(entry)] as const);
    return {
      accounts: new Map(accounts.sort(([a], [b]) => (a < b ? -1 : 1))),
      usn: Number(root.searchEntries[0]?.highestCommittedUSN),
    };
  }

  /** Makes the accounts what they were: deletes what came, gives each attribute that differs its earlier values. */
  async putBack(before: Dump, now: Dump): Promise<void> {
    for (const dn of now.keys()) if (!before.has(dn)) await this.#client.del(dn);
    for (const [dn, lines] of before) {
      const present = now.get(dn);
      if (present === undefined) throw new Error(`${dn} is gone; only a snapshot brings it back.`);
      const names = differingAttributes(lines, present);
      const changes = names.map(
        (type) =>
          new Change({ operation: 'replace', modification: new Attribute({ type, values: valuesIn(lines, type) }) }),
      );
      if (changes.length > 0) await this.#client.modify(dn, changes);
    }
  }

  /** Gives one attribute of one account that value, as by hand. */
  async set(dn: string, type: string, value: string): Promise<void> {
    await this.#client.modify(
      dn,
      new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }),
    );
  }
}

/** The caller closes it. */
export async function openAdminSession(dc: SambaDc): Promise<AdminSession> {
  const session = new AdminSession(dc);
  await session.open();
  return session;
}

/** Names of the attributes whose values differ between two lists of `name: value` lines. */
export function differingAttributes(before: readonly string[], after: readonly string[]): readonly string[] {
  const names = new Set([...before, ...after].map((line) => line.slice(0, line.indexOf(':'))));
  return [...names].filter((name) => valuesIn(before, name).join('\n') !== valuesIn(after, name).join('\n'));
}

export function valuesIn(lines: readonly string[], name: string): string[] {
  return lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
}

function linesOf(entry: Entry): readonly string[] {
  return Object.entries(entry)
    .filter(([name]) => name !== 'dn')
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${shown(one)}`))
    .filter((line) => !PASSING.test(line))
    .map(withoutAttempt)
    .sort();
}

function shown(value: string | Buffer): string {
  return typeof value === 'string' ? value : value.toString('base64');
}
