/** Drift as a question: what somebody changed by hand, when and on which server, and what to write to keep it. */
import type { Entry, User } from '../model/document.ts';
import { placeOfField } from '../model/field-lines.ts';
import type { Model } from '../model/model.ts';
import { readPhone } from '../model/phone.ts';
import { readEmail, readPersonName } from '../model/text.ts';
import type { Change } from './change.ts';
import type { Diff } from './diff.ts';
import type { Drift, HandChange, LastChange, RepositoryEdit } from './hand-change.ts';
import type { Notice } from './plan.ts';
import type { Reader } from './ports.ts';
import type { Traits } from './traits.ts';

/** Things of which a pass asks when they were last changed: enough for what people do by hand, and no burden where a script did it to all. */
const ASKED_MAX = 20;

/** The same diff, which tells when and where each value was changed by hand, and how to keep it. Never throws. */
export async function withHandChanges<D extends Pick<Diff, 'changes' | 'notices'>>(
  found: D,
  reader: Pick<Reader, 'lastChanges'>,
  model: Model,
  traits: Traits,
): Promise<D> {
  if (!found.changes.some(isByHand) && !found.notices.some(({ drift }) => drift !== undefined)) return found;
  const asked = await askFor(found, reader);
  const known = (handle: string, one: HandChange) => {
    const changed = asked.get(handle)?.get(one.attribute);
    return changed === undefined ? {} : { changed };
  };
  return {
    ...found,
    changes: found.changes.map((change): Change => {
      const { byHand } = change.cause;
      if (byHand === undefined || change.handle === null) return change;
      const { handle } = change;
      return {
        ...change,
        cause: { ...change.cause, byHand: byHand.map((one) => ({ ...one, ...known(handle, one) })) },
      };
    }),
    notices: found.notices.map((notice): Notice => {
      const { drift } = notice;
      if (drift === undefined) return notice;
      const edit = editFor(drift, notice, model, traits);
      return { ...notice, drift: { ...drift, ...known(drift.handle, drift), ...(edit === null ? {} : { edit }) } };
    }),
  };
}

function isByHand({ cause }: Change): boolean {
  return cause.byHand !== undefined;
}

type Answers = ReadonlyMap<string, ReadonlyMap<string, LastChange>>;

/** By handle and attribute. What can't be told is left out: it is worth knowing, and no more. */
async function askFor(
  { changes, notices }: Pick<Diff, 'changes' | 'notices'>,
  { lastChanges }: Pick<Reader, 'lastChanges'>,
): Promise<Answers> {
  const answers = new Map<string, ReadonlyMap<string, LastChange>>();
  if (lastChanges === undefined) return answers;
  const wanted = new Map<string, Set<string>>();
  const want = (handle: string, attribute: string) =>
    wanted.set(handle, (wanted.get(handle) ?? new Set()).add(attribute));
  for (const { handle, cause } of changes) {
    if (handle !== null) for (const { attribute } of cause.byHand ?? []) want(handle, attribute);
  }
  for (const { drift } of notices) if (drift !== undefined) want(drift.handle, drift.attribute);
  for (const [handle, attributes] of [...wanted].slice(0, ASKED_MAX)) {
    try {
      answers.set(handle, await lastChanges(handle, [...attributes]));
    } catch {
      // A server that does not answer now is met by what follows.
      return answers;
    }
  }
  return answers;
}

const RULES = { phone: readPhone, email: readEmail, 'name.given': readPersonName, 'name.family': readPersonName };

function isRuled(field: string): field is keyof typeof RULES {
  return Object.hasOwn(RULES, field);
}

/** Null where no line of the person's own entry holds the value, or could. */
function editFor({ attribute, found }: Drift, { person }: Notice, model: Model, traits: Traits): RepositoryEdit | null {
  const field = traits.fieldHolding?.(attribute) ?? null;
  const key = /\(([^()]+)\)$/.exec(person ?? '')?.[1]?.toLowerCase() ?? '';
  const entry = model.users.get(key);
  if (field === null || found === null || entry === undefined || !isRuled(field)) return null;
  const read = RULES[field](found);
  // What the rules would refuse is no edit to advise.
  return read.ok ? editOf(entry, field, read.value) : null;
}

/** Quoted as JSON, which YAML reads as it stands (YAML 1.2.2, 1.3), whatever is in it. */
function editOf(entry: Entry<User>, field: keyof typeof RULES, value: string): RepositoryEdit {
  const origin = placeOfField(entry, field);
  const quoted = JSON.stringify(value);
  if (field === 'phone' || field === 'email') return { origin, lines: `${field}: ${quoted}` };
  const isGiven = field === 'name.given';
  if (origin.line !== placeOfField(entry, 'name').line)
    return { origin, lines: `  ${isGiven ? 'given' : 'family'}: ${quoted}` };
  // Both stand in one line.
  const { given, family } = entry.document.name;
  const lines = isGiven
    ? `name: { given: ${quoted}, family: ${JSON.stringify(family)} }`
    : `name: { given: ${JSON.stringify(given)}, family: ${quoted} }`;
  return { origin, lines };
}
