/** Reading who is shut out where: after a block, and at the end of each pass until every listed server shows it. */
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import { personLabel } from '../model/restrictions.ts';
import { indexModel, type ModelIndex, standing } from '../model/standing.ts';
import { askedOf, askServers, type Inquiry, type Question } from './asking-servers.ts';
import { interrupted, unlessAborted, type Watch } from './interruptions.ts';
import type { Plan } from './plan.ts';
import type { Clock, Reconciler, Store } from './ports.ts';
import { type ServerAnswer, type ShutOut, shutOutOf } from './shut-out.ts';
import { type ReadShutOut, type ShutOutMemory, shutSinceOf } from './shut-out-memory.ts';

/** One person, as every listed server was read. */
export interface PersonShutOut {
  readonly person: string;
  /** As in `Anna Jensen (ajensen)`. */
  readonly label: string;
  readonly shutOut: ShutOut;
}

export interface AskingParts {
  readonly reconcilers: readonly Reconciler[];
  readonly store: Pick<Store, 'ledger' | 'journal'>;
  readonly clock: Clock;
  /** Absent: nothing is kept. */
  readonly shutOuts?: ShutOutMemory;
  /** Of whom nothing is written; absent: of nobody. */
  readonly isObserved?: (person: string) => boolean;
  /** Resolves when a healthy server would have answered. Absent: as long as it takes. */
  readonly patience?: () => Promise<void>;
}

/** Asks every listed server about these people, and keeps what was read of those who should be shut out. Those whom nobody declares are left out. */
export async function readShutOuts(
  parts: AskingParts,
  people: readonly string[],
  model: Model,
): Promise<readonly PersonShutOut[]> {
  const read = await readAll(parts, people, model);
  await parts.shutOuts?.replace(people, read.flatMap(rowsOf));
  return read;
}

async function readAll(parts: AskingParts, people: readonly string[], model: Model): Promise<readonly PersonShutOut[]> {
  if (people.length === 0) return [];
  const at = parts.clock();
  const question = { keys: people, model, at };
  const inquiries = await Promise.all(parts.reconcilers.map((one) => inTime(parts, question, one)));
  const index = indexModel(model);
  const read = await Promise.all(people.map((person) => readOne(parts, person, index, inquiries, at)));
  return read.flatMap((one) => one ?? []);
}

/** People whom a healthy server tells of within one measure of patience: some ask for each by itself, at a tenth of a second. */
const PEOPLE_AT_ONCE = 50;

/** A system that falls silent keeps no pass: then nothing is known of it, and the next pass asks again. */
async function inTime({ store, patience }: AskingParts, question: Question, reconciler: Reconciler): Promise<Inquiry> {
  const asking = askServers(reconciler, store, question);
  if (patience === undefined) return asking;
  const { system, traits } = reconciler;
  const silent = async (): Promise<Inquiry> => {
    for (let asked = 0; asked < question.keys.length; asked += PEOPLE_AT_ONCE) await patience();
    const what = 'It has not answered in time.';
    const trouble: Trouble = { remedy: 'retry', where: system, what, next: 'It is asked again with the next pass.' };
    return { system, traits, rows: [], servers: [{ server: system, trouble }] };
  };
  return Promise.race([asking, silent()]);
}

async function readOne(
  { store, shutOuts, isObserved }: AskingParts,
  person: string,
  index: ModelIndex,
  inquiries: readonly Inquiry[],
  at: Instant,
): Promise<PersonShutOut | null> {
  const entry = index.model.users.get(person);
  if (entry === undefined) return null;
  const shutAt = await shutSinceOf({ journal: store.journal, shutOuts }, person);
  const asked = inquiries.map((one) => withFirstRead(askedOf(one, person, at, shutAt)));
  const shutOut = shutOutOf(standing(index, person, at), asked, at, isObserved?.(person));
  return { person, label: personLabel(entry.document), shutOut };
}

/** What is shut by somebody else's hand, or by replication, counts as shut from when that was first read. */
function withFirstRead<T extends { readonly answers: readonly ServerAnswer[] }>(asked: T): T {
  const answers = asked.answers.map((one) =>
    one.found === 'shut' ? { ...one, shutSince: one.shutSince ?? one.at } : one,
  );
  return { ...asked, answers };
}

function rowsOf({ person, shutOut }: PersonShutOut): readonly ReadShutOut[] {
  return shutOut.channels.flatMap(({ system, should, answers }) =>
    should === 'shut' ? answers.flatMap(({ at, ...one }) => (at === null ? [] : [{ ...one, at, person, system }])) : [],
  );
}

/**
 * Reads, at the end of a pass, everybody whom it shut out, let in or should have, and those of whom a server was not yet seen to be
 * shut. Gives way to whatever ends the pass.
 */
export async function settleShutOuts(
  parts: AskingParts & { readonly watch: Watch },
  model: Model,
  plan: Plan,
): Promise<void> {
  if (parts.shutOuts === undefined) return;
  const people = new Set(await parts.shutOuts.unsettled());
  for (const { kind, person } of plan.changes) if (kind === 'disable' || kind === 'enable') people.add(person.key);
  for (const key of alarmedIn(plan, model)) people.add(key);
  if (people.size === 0) return;
  const everybody = [...people];
  const { watch } = parts;
  const reading = readAll(parts, deniedAmong(everybody, model, parts.clock()), model);
  try {
    const read = await unlessAborted(reading, watch.any, () => interrupted('reading back', watch.came ?? 'stop'));
    await parts.shutOuts.replace(everybody, read.flatMap(rowsOf));
  } catch (error) {
    // What was not read is read with the next pass.
    if (watch.came === null) throw error;
  }
}

/** Who may do everything again is not asked about: what was known of them is only forgotten. */
function deniedAmong(people: readonly string[], model: Model, at: Instant): readonly string[] {
  const index = indexModel(model);
  return people.filter((key) => {
    if (!model.users.has(key)) return false;
    const { mayLogIn, maySendMail, token } = standing(index, key, at);
    return !(mayLogIn.allowed && maySendMail.allowed && token.allowed);
  });
}

/** Whom a notice says to be in although they should be out: without a change, for Muster may not make it. */
function alarmedIn({ notices }: Plan, model: Model): readonly string[] {
  const labels = new Set(notices.flatMap(({ urgent, person }) => (urgent && person !== null ? [person] : [])));
  if (labels.size === 0) return [];
  return [...model.users.values()].filter((entry) => labels.has(personLabel(entry.document))).map(({ key }) => key);
}
