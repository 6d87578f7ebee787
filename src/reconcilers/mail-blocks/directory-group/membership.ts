/** The members of a group as a list of people: whose each account is, and edits that are read back before they count. */
import { createHash } from 'node:crypto';
import { compareText } from '../../../diagnostic.ts';
import { MusterError } from '../../../errors.ts';
import { fold } from '../../../model/document.ts';
import type { DirectoryGroup, Insider } from '../../directory/group-port.ts';
import { readMark } from '../../directory/mark.ts';
import { EditQueue, type Waiting } from '../../edit-queue.ts';
import type { Edit, Listing } from '../port.ts';
import { changedMeanwhile } from '../standing.ts';

/** Key of a person to their accounts in the group. */
type People = ReadonlyMap<string, readonly Insider[]>;

/** On one connection: several servers are written to side by side. */
export class Membership {
  readonly #group: DirectoryGroup;
  readonly #instance: string;
  readonly #edits = new EditQueue<Edit>((batch) => this.#carryOut(batch));

  constructor(group: DirectoryGroup, instance: string) {
    this.#group = group;
    this.#instance = instance;
  }

  async read(): Promise<Listing> {
    const members = await this.#group.members();
    return {
      listed: new Set(this.#peopleAmong(members).keys()),
      unread: members.flatMap((one) => (this.#keyOf(one) === null ? [one.dn] : [])),
      // Nothing in a group says who put anybody there.
      completeness: members.length === 0 ? 'bare' : 'unsealed',
      digest: digestOf(members, (one) => this.#keyOf(one)),
    };
  }

  /** Those of them who have no account. */
  async cannotName(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const accounts = this.#peopleAmong(keys.length === 0 ? [] : await this.#group.find(keys));
    return new Set(keys.filter((key) => !accounts.has(key)));
  }

  /** Whoever comes first takes along all that wait by then. */
  write(edit: Edit): Promise<void> {
    return this.#edits.add(edit);
  }

  async #carryOut<W extends Waiting<Edit>>(batch: readonly W[]): Promise<readonly W[]> {
    const before = this.#peopleAmong(await this.#group.members());
    const wanted = batch.flatMap(({ edit }) => (edit.listed ? [edit.key] : []));
    const accounts = this.#peopleAmong(wanted.length === 0 ? [] : await this.#group.find(wanted));
    const made = await Promise.all(batch.map((one) => this.#makeOne(one, before, accounts)));
    const tried = batch.filter((_, nth) => made[nth] === true);
    if (tried.length === 0) return [];
    const after = await this.#readBack();
    return tried.filter(({ edit, reject }) => {
      const holds = after.has(edit.key) === edit.listed;
      if (!holds) reject(notAsWritten(this.#group.server, edit));
      return holds;
    });
  }

  /** False, and whoever waits for it told why, where it was not made. */
  async #makeOne({ edit, reject }: Waiting<Edit>, before: People, accounts: People): Promise<boolean> {
    const { server } = this.#group;
    const { key, listed, was } = edit;
    try {
      if (before.has(key) !== was) throw changedMeanwhile(server, edit);
      const moved = (listed ? accounts : before).get(key) ?? [];
      if (listed && moved.length === 0) throw noAccount(server, key);
      for (const one of moved) await this.#group.put(one, listed);
      return true;
    } catch (error) {
      reject(error);
      return false;
    }
  }

  async #readBack(): Promise<People> {
    try {
      return this.#peopleAmong(await this.#group.members());
    } catch (error) {
      throw notReadBack(this.#group.server, error);
    }
  }

  #peopleAmong(accounts: readonly Insider[]): People {
    const people = new Map<string, Insider[]>();
    for (const one of accounts) {
      const key = this.#keyOf(one);
      if (key === null) continue;
      const others = people.get(key);
      if (others === undefined) people.set(key, [one]);
      else others.push(one);
    }
    return people;
  }

  /** An account that somebody renamed is still that of the person whom its mark names. */
  #keyOf({ username, mark }: Insider): string | null {
    if (username === null) return null;
    const own = readMark(mark);
    return fold(own !== null && own.instance === this.#instance ? own.username : username);
  }
}

/** Over who is in it, and no more: accounts move about for many other reasons. */
function digestOf(members: readonly Insider[], keyOf: (one: Insider) => string | null): string {
  const hash = createHash('sha256');
  for (const one of [...members].sort((a, b) => compareText(a.guid, b.guid))) {
    hash.update(`${JSON.stringify([one.guid, keyOf(one)])}\n`);
  }
  return hash.digest('hex');
}

function noAccount(where: string, key: string): MusterError {
  const what = `${key} has no account in the directory, so there is nothing to put into the group.`;
  return new MusterError({ remedy: 'retry', where, what, next: 'It follows once there is an account.' });
}

function notAsWritten(where: string, { key }: Edit): MusterError {
  const what = `What was written about ${key} did not read back.`;
  const next = 'Stop whatever else changes the group, then sync again.';
  return new MusterError({ remedy: 'retry', where, what, next, silence: 'unanswered' });
}

function notReadBack(where: string, cause: unknown): MusterError {
  const what = 'What was written could not be read back.';
  const next = 'The next pass looks again.';
  return new MusterError({ remedy: 'retry', where, what, next, silence: 'unanswered' }, { cause });
}
