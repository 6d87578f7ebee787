/** Reading who is shut out where: after a block, and at the end of each pass until every listed server shows it. */
import type { Instant } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import { indexModel, type ModelIndex, standing } from '../model/standing.ts';
import { askedOf, askServers, type Inquiry } from './asking-servers.ts';
import { interrupted, unlessAborted, type Watch } from './interruptions.ts';
import type { PassParts } from './pass.ts';
import type { Plan } from './plan.ts';
import { type ServerAnswer, type ShutOut, shutOutOf } from './shut-out.ts';
import { type ReadShutOut, shutSinceOf } from './shut-out-memory.ts';
import { declaration } from './why.ts';

/** One person, as every listed server was read. */
export interface PersonShutOut {
  readonly person: string;
  /** As in `Anna Jensen (ajensen)`. */
  readonly label: string;
  readonly shutOut: ShutOut;
}

export type AskingParts = Pick<PassParts, 'reconcilers' | 'store' | 'clock' | 'shutOuts'>;

/** Asks every listed server about these people, and keeps what was read of those who should be shut out. Those whom nobody declares are left out. */
export async function readShutOuts(
  parts: AskingParts,
  people: readonly string[],
  model: Model,
): Promise<readonly PersonShutOut[]> {
  if (people.length === 0) return [];
  const at = parts.clock();
  const question = { keys: people, model, at };
  const inquiries = await Promise.all(parts.reconcilers.map((one) => askServers(one, parts.store, question)));
  const index = indexModel(model);
  const read = await Promise.all(people.map((person) => readOne(parts, person, index, inquiries, at)));
  const known = read.flatMap((one) => one ?? []);
  await parts.shutOuts?.replace(people, known.flatMap(rowsOf));
  return known;
}

async function readOne(
  { store, shutOuts }: AskingParts,
  person: string,
  index: ModelIndex,
  inquiries: readonly Inquiry[],
  at: Instant,
): Promise<PersonShutOut | null> {
  const entry = index.model.users.get(person);
  if (entry === undefined) return null;
  const shutAt = await shutSinceOf({ journal: store.journal, shutOuts }, person);
  const asked = inquiries.map((one) => withFirstRead(askedOf(one, person, at, shutAt)));
  return { person, label: declaration(entry).label, shutOut: shutOutOf(standing(index, person, at), asked, at) };
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
  const { watch } = parts;
  const reading = readShutOuts(parts, [...people], model);
  // What was not read is read with the next pass.
  await unlessAborted(reading, watch.any, () => interrupted('reading back', watch.came ?? 'stop')).catch(
    () => undefined,
  );
}

/** Whom a notice says to be in although they should be out: without a change, for Muster may not make it. */
function alarmedIn({ notices }: Plan, model: Model): readonly string[] {
  const labels = new Set(notices.flatMap(({ urgent, person }) => (urgent && person !== null ? [person] : [])));
  if (labels.size === 0) return [];
  return [...model.users.values()].filter((entry) => labels.has(declaration(entry).label)).map(({ key }) => key);
}
