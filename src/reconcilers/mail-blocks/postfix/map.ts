/** A map of Postfix on this machine: changed key by key, so that it is in force at once, and read back. */
import { link, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, MusterError } from '../../../errors.ts';
import { EditQueue, type Waiting } from '../../edit-queue.ts';
import type { Edit, Listing } from '../port.ts';
import { changedMeanwhile, keysOf, leftOver, standsOn } from '../standing.ts';
import {
  type Entries,
  entriesIn,
  listingOf,
  ownerOf,
  refuses,
  SEAL_VALUE,
  type Signature,
  sealKey,
  valueFor,
} from './entries.ts';
import { type Postmap, postmapOf } from './postmap.ts';
import type { PostfixSettings } from './settings.ts';

/** What LMDB says of a file that is none of its own, or a broken one; an empty file has no descriptor for it. */
const DAMAGE = /MDB_(INVALID|CORRUPTED|PAGE_NOTFOUND|VERSION_MISMATCH|PANIC)|Bad file descriptor/;

/** What a batch comes to. */
interface Steps {
  readonly put: ReadonlyMap<string, string>;
  readonly take: readonly string[];
}

/** All connections of one adapter share one of these; that two processes do not write at once is the work of the lease. */
export class PostfixMap {
  readonly #path: string;
  readonly #signature: Signature;
  readonly #postmap: Postmap;
  readonly #edits = new EditQueue<Edit>((batch) => this.#carryOut(batch));

  constructor(settings: PostfixSettings, instance: string) {
    this.#path = settings.map;
    this.#signature = { instance, reply: settings.reply };
    this.#postmap = postmapOf(settings);
  }

  async read(): Promise<Listing> {
    return listingOf(await this.#entries(), this.#signature);
  }

  /** Whoever comes first takes along all that wait by then. */
  write(edit: Edit): Promise<void> {
    return this.#edits.add(edit);
  }

  async #carryOut<W extends Waiting<Edit>>(batch: readonly W[]): Promise<readonly W[]> {
    const entries = await this.#entries();
    const before = listingOf(entries, this.#signature);
    const accepted = batch.filter(({ edit, reject }) => {
      const objection = this.#objection(edit, entries, before);
      if (objection !== null) reject(objection);
      return objection === null;
    });
    if (accepted.length === 0) return [];
    const steps = this.#stepsOf(accepted, entries, before);
    const { completeness } = entries;
    if (completeness === 'damaged' || completeness === 'absent') await this.#build(steps, completeness);
    else await this.#changeKeys(steps);
    const after = await this.#readBack();
    return accepted.filter(({ edit, reject }) => {
      const isMade = standsOn(after, edit, edit.listed) === edit.listed;
      if (!isMade) reject(notAsWritten(this.#path, edit));
      return isMade;
    });
  }

  #objection(edit: Edit, { all }: Entries, before: Listing): MusterError | null {
    if (standsOn(before, edit, edit.listed) !== edit.was) return changedMeanwhile(this.#path, edit);
    // What somebody else wrote stays: where it stands in the way, it is they who take it out.
    const inTheWay = keysOf(edit).find((key) => {
      const value = all.get(key);
      if (value === undefined || ownerOf(this.#signature, value) !== null) return false;
      return edit.listed ? !refuses(value) : key === edit.key && refuses(value);
    });
    return inTheWay === undefined ? null : foreign(this.#path, inTheWay);
  }

  #stepsOf(accepted: readonly Waiting<Edit>[], { all }: Entries, before: Listing): Steps {
    const put = new Map<string, string>();
    const take: string[] = [];
    for (const { edit } of accepted) {
      if (!edit.listed) {
        take.push(...(before.keyed?.ours.get(edit.key) ?? []));
        continue;
      }
      for (const key of keysOf(edit)) if (!all.has(key)) put.set(key, valueFor(this.#signature, edit.key));
      take.push(...leftOver(before, edit));
    }
    if (!all.has(sealKey(this.#signature))) put.set(sealKey(this.#signature), SEAL_VALUE);
    return { put, take };
  }

  /** Blocks first: a crash in between leaves too many refused, never too few. */
  async #changeKeys({ put, take }: Steps): Promise<void> {
    if (put.size > 0) await this.#change(['-i', `lmdb:${this.#path}`], asInput(put));
    // Exit code 1: some were not there, which the reading afterwards judges.
    if (take.length > 0) await this.#change(['-d', '-', `lmdb:${this.#path}`], `${take.join('\n')}\n`);
  }

  /**
   * Beside it, and then in its place, so that nobody meets half of one. What can't be read is kept for whoever looks for entries made
   * by hand; where there was none, what somebody made meanwhile stays.
   */
  async #build({ put }: Steps, completeness: 'damaged' | 'absent'): Promise<void> {
    const aside = join(dirname(this.#path), `.${basename(this.#path)}.muster`);
    const [file, asideFile, kept] = [`${this.#path}.lmdb`, `${aside}.lmdb`, `${this.#path}.lmdb.damaged`];
    await rm(asideFile, { force: true });
    await this.#change(['-i', `lmdb:${aside}`], asInput(put));
    try {
      if (completeness === 'damaged') {
        await rm(kept, { force: true });
        await link(file, kept);
        await rename(asideFile, file);
      } else {
        await link(asideFile, file);
        await rm(asideFile);
      }
    } catch (error) {
      throw trouble(this.#path, `It can't be put in its place (${String(error)}).`);
    }
  }

  async #change(args: readonly string[], input: string): Promise<void> {
    const { code, errors } = await this.#postmap(args, input, 'unanswered');
    if (code === 0 || (code === 1 && !/fatal|error/.test(errors))) return;
    throw trouble(this.#path, `It can't be changed: ${firstLine(errors)}`);
  }

  async #entries(): Promise<Entries> {
    const stats = await stat(`${this.#path}.lmdb`).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw trouble(this.#path, `It can't be looked at (${String(error)}).`);
    });
    if (stats === null) return { all: new Map(), completeness: 'absent' };
    if (!stats.isFile()) throw trouble(this.#path, 'It is no ordinary file.');
    const { code, output, errors } = await this.#postmap(['-s', `lmdb:${this.#path}`], '', null);
    if (code === 0) return entriesIn(output, this.#signature);
    if (DAMAGE.test(errors)) return { all: new Map(), completeness: 'damaged' };
    throw trouble(this.#path, `It can't be read: ${firstLine(errors)}`);
  }

  async #readBack(): Promise<Listing> {
    try {
      return await this.read();
    } catch (error) {
      throw notReadBack(this.#path, error);
    }
  }
}

function asInput(put: ReadonlyMap<string, string>): string {
  return [...put].map(([key, value]) => `${key}\t${value}\n`).join('');
}

function firstLine(errors: string): string {
  return errors.split('\n', 1)[0]?.replace(/^postmap: /, '') || 'postmap does not say why.';
}

function foreign(path: string, key: string): MusterError {
  const next = `Take it out with "postmap -d ${key} lmdb:${path}", if that is what you want.`;
  return trouble(path, `The entry of ${key} was not made by Muster, which leaves it as it is.`, next);
}

function notAsWritten(path: string, { key }: Edit): MusterError {
  const what = `What was written about ${key} did not read back.`;
  const next = 'Stop whatever else writes it, then sync again.';
  return new MusterError({ remedy: 'retry', where: path, what, next, silence: 'unanswered' });
}

function notReadBack(path: string, cause: unknown): MusterError {
  const what = 'What was written could not be read back.';
  const next = 'The next pass looks again.';
  return new MusterError({ remedy: 'retry', where: path, what, next, silence: 'unanswered' }, { cause });
}

const RIGHTS = 'Give its folder to the user that Muster runs as, or correct "mailBlocks.postfix" in the configuration.';

function trouble(path: string, what: string, next = RIGHTS): MusterError {
  return new MusterError({ remedy: 'person', where: path, what, next });
}
