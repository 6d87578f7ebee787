/** Settling one identity: which document counts, in what condition, and what a person is told about it. */
import { compareText, type Diagnostic, type Origin } from '../diagnostic.ts';
import { contentText, sameContent } from './content.ts';
import type { Entry } from './document.ts';
import { placeOfField, sameFieldLines } from './field-lines.ts';
import { type Found, placesIn, type Stated } from './gather.ts';

/** Something wrong with a valid document beside the others. */
export interface Objection {
  readonly message: string;
  /** The line to write; null: only the author can know it. */
  readonly fix: string | null;
  /** The field that it is about; absent: the entry as a whole. */
  readonly field?: string;
}

/** What one document comes to beside the last good one and the other files. */
export interface Judgement<D> {
  /** The document as it may count, where nothing holds it. */
  readonly document: D;
  /** Hold the entry. */
  readonly holding: readonly Objection[];
  /** Are said, and hold nothing. */
  readonly noted: readonly Objection[];
}

type Placed<D> = Pick<Stated<D>, 'document' | 'origin' | 'fields' | 'past'>;
type United<D> = Placed<D> & Pick<Entry<D>, 'rivals'>;

/** All readings of one identity. */
export interface Several<D> {
  readonly stated: readonly Placed<D>[];
  /** Those of them with which nothing is wrong beside the other files. */
  readonly proven: readonly Placed<D>[];
  readonly last: Placed<D> | null;
  /** One of them hides, or may not take the place of the last good document. */
  readonly lastMayStand: boolean;
}

/** What differs between kinds. */
export interface Rules<D> {
  /** Checks against the other files, and against the last good document where there is one. */
  judge(stated: Stated<D>, last: D | null): Judgement<D>;
  /** As in "the user `ajensen`". */
  name(key: string): string;
  /** What is missing as long as an entry that was never good is held, as a sentence. */
  without(key: string): string;
  /** One document of several under one identity, so that the most restrictive reading applies and nothing else changes. */
  unite(several: Several<D>): United<D>;
  /** The reading of a single document that is held. */
  hold(stated: Placed<D>, last: Placed<D> | null): United<D>;
  /** Whether the united reading of several is itself kept as last good: where forgetting it could give something back. */
  readonly keepsUnited: boolean;
  /** Whether a held document that was never good still counts where it takes; a block of nobody must not. */
  readonly countsUnproven: boolean;
}

/** One identity, settled. */
export interface Settled<D> {
  readonly entry: Entry<D>;
  readonly diagnostics: readonly Diagnostic[];
  /** Why it is held, in a sentence, and the line to write; null exactly when it is declared or vanished. */
  readonly held: Objection | null;
  /** Whether the document is good, and it, its place or the content that it is all of differs from what is remembered. */
  readonly remember: boolean;
  /** Whether it belongs into the model; false: it is only told of. */
  readonly counts: boolean;
}

/** One list for all who need none: there are hundreds of thousands of them. */
export const NONE: readonly never[] = [];

/** Null: nothing of it can count, for it stands only with mistakes and was never good. */
export function settle<D>(found: Found<D>, rules: Rules<D>): Settled<D> | null {
  const [first] = found.stated;
  if (first === undefined) return found.last === null ? null : settleUnstated(found, found.last);
  const alike = found.stated.every(
    ({ document }) => document === first.document || sameContent(document, first.document),
  );
  if (!alike || found.broken.length > 0 || found.hidden !== null) return settleTwins(found, rules);
  return settleOne(first, found, rules);
}

/** Stands nowhere, or only with a mistake: the last good document goes on. */
function settleUnstated<D>(found: Found<D>, last: Entry<D>): Settled<D> {
  const [broken] = found.broken;
  const origin = broken ?? last.origin;
  const held = broken !== undefined || found.hidden !== null;
  const mistake = placesIn(broken === undefined && found.hidden !== null ? [found.hidden] : found.broken);
  return {
    entry: {
      ...last,
      ...{ origin, fields: broken === undefined ? last.fields : undefined, past: true, soleContent: undefined },
      condition: held ? 'held' : 'vanished',
      rivals: [],
    },
    diagnostics: [],
    held: held
      ? { message: `There is a mistake at ${mistake}; until it is mended, this counts as it last was.`, fix: null }
      : null,
    remember: false,
    counts: true,
  };
}

/** One document, once or repeated word for word. */
function settleOne<D>(stated: Stated<D>, found: Found<D>, rules: Rules<D>): Settled<D> {
  const { key, last } = found;
  const judgement = rules.judge(stated, last?.document ?? null);
  const clean = judgement.holding.length === 0 && judgement.noted.length === 0 && found.stated.length === 1;
  // Nearly everybody, in every pass: nothing to say, so nothing is made for it.
  if (clean) return declared(key, judgement.document, stated, last, NONE);
  const judged = found.stated.map((one) => ({ one, ...rules.judge(one, last?.document ?? null) }));
  const holding = judged.flatMap(({ one, holding }) =>
    holding.map((objection) => {
      const error = holdingError(objection, placeOf(objection, one));
      return last === null ? { ...error, consequence: rules.without(key) } : error;
    }),
  );
  const noted = judged.flatMap(({ one, noted }) => noted.map((objection) => warning(objection, one.origin)));
  const diagnostics = [...holding, ...noted, ...repeated(found, rules)];
  const [held] = judged.flatMap((one) => one.holding);
  if (held === undefined) return declared(key, judgement.document, stated, last, diagnostics);
  const entry = heldEntry(key, rules.hold(stated, inThePast(last)), last);
  return { entry, diagnostics, held, remember: false, counts: last !== null || rules.countsUnproven };
}

function declared<D>(
  key: string,
  document: D,
  stated: Stated<D>,
  last: Entry<D> | null,
  diagnostics: readonly Diagnostic[],
): Settled<D> {
  const { origin, fields } = stated;
  const unchanged = last !== null && sameContent(last.document, document);
  const knownSince = unchanged ? last.knownSince : null;
  const moved = last === null || !isSamePlace(last, stated);
  // What counts may be otherwise than what the content says.
  const soleContent = document === stated.document ? stated.soleContent : undefined;
  const rewritten = soleContent !== undefined && last?.soleContent !== soleContent;
  const remember = !unchanged || moved || rewritten;
  // Nearly everybody, in every pass: the very entry that is remembered.
  const entry: Entry<D> =
    !remember && isDeclared(last)
      ? last
      : { key, document, origin, fields, soleContent, condition: 'declared', knownSince, rivals: NONE };
  return { entry, diagnostics, held: null, remember, counts: true };
}

function isDeclared({ condition, origin, past, rivals }: Entry<unknown>): boolean {
  return condition === 'declared' && origin.column === undefined && past === undefined && rivals.length === 0;
}

function isSamePlace(a: Placed<unknown>, b: Placed<unknown>): boolean {
  return a.origin.file === b.origin.file && a.origin.line === b.origin.line && sameFieldLines(a.fields, b.fields);
}

/** What counts although it does not stand in the files as they are. */
function inThePast<D>(last: Placed<D> | null): Placed<D> | null {
  return last === null ? null : { document: last.document, origin: last.origin, fields: last.fields, past: true };
}

/** Several readings of one identity, or one beside a place that cannot be read: nothing new is given. */
function settleTwins<D>(found: Found<D>, rules: Rules<D>): Settled<D> {
  const { key, stated, broken, last, hidden } = found;
  const lastMayStand =
    broken.length > 0 ||
    hidden !== null ||
    stated.some((one) => last !== null && rules.judge(one, last.document).holding.length > 0);
  const judged = stated.map((one) => ({ one, objections: rules.judge(one, null).holding }));
  const references = judged.flatMap(({ one, objections }) =>
    objections.map((objection) => holdingError(objection, placeOf(objection, one))),
  );
  const proven = judged.filter(({ objections }) => objections.length === 0).map(({ one }) => one);
  const united = rules.unite({ stated, proven, last: inThePast(last), lastMayStand });
  const unread = [...broken, ...(hidden === null ? [] : [hidden])];
  const places = stated.map(({ origin }) => origin);
  const name = sentenceStart(rules.name(key));
  const twins = places.map((origin) => {
    const also = places.length === 1 ? '' : ` and also at ${placesIn(places, origin)}`;
    const objection = twinObjection(`${name} stands here${also}.`, unread, last !== null);
    return { ...holdingError(objection, origin), consequence: null };
  });
  const changed = last === null || !sameContent(last.document, united.document);
  return {
    entry: heldEntry(key, united, last),
    diagnostics: [...references, ...twins],
    held: { message: `${name} stands in more than one place: ${placesIn([...places, ...unread])}.`, fix: null },
    remember: rules.keepsUnited && references.length === 0 && changed,
    counts: last !== null || references.length === 0 || rules.countsUnproven,
  };
}

function twinObjection(where: string, unread: readonly Origin[], known: boolean): Objection {
  const perhaps = unread.length === 0 ? '' : ` There may be another at ${placesIn(unread)}, where a mistake hides it.`;
  const until = known
    ? 'Until only one is left, the stricter of them counts and nothing else changes.'
    : 'Until only one is left, nothing is given by any of them.';
  return { message: `${where}${perhaps} ${until}`, fix: null };
}

/** The same words twice contradict nothing; still one of them is too many. */
function repeated<D>(found: Found<D>, rules: Rules<D>): readonly Diagnostic[] {
  const [first, ...others] = found.stated;
  if (first === undefined) return [];
  const name = sentenceStart(rules.name(found.key));
  return others.map(({ origin }) => {
    const message = `${name} stands here and, with the same content, at ${placesIn([first.origin])}. One of them is enough.`;
    return warning({ message, fix: null }, origin);
  });
}

function heldEntry<D>(key: string, united: United<D>, last: Entry<D> | null): Entry<D> {
  const { document, origin, fields, past, rivals } = united;
  const knownSince = last !== null && sameContent(last.document, document) ? last.knownSince : null;
  return { key, document, origin, fields, past, condition: 'held', knownSince, rivals };
}

/** The last good document stays, and whatever stands now can only take: for people and institutions. */
export function aroundLast<D>(stated: readonly Placed<D>[], last: Placed<D> | null): United<D> {
  const ordered = [...stated].sort(byContent);
  const [first] = ordered;
  const same = last === null ? first : (ordered.find((one) => sameContent(one.document, last.document)) ?? last);
  if (same === undefined) throw new RangeError('nothing to unite');
  const rivals = ordered.filter((one) => !sameContent(one.document, same.document)).map(placedAt);
  return { ...placedAt(same), rivals };
}

/** Of a reading, no more than what an entry keeps of it. */
export function placedAt<D>({ document, origin, fields, past }: Placed<D>): Placed<D> {
  return { document, origin, fields, past };
}

/** By content, not by place: what counts must not depend on the order of files. */
export function byContent(a: Placed<unknown>, b: Placed<unknown>): number {
  return compareText(contentText(a.document), contentText(b.document));
}

function placeOf({ field }: Objection, placed: Placed<unknown>): Origin {
  return field === undefined ? placed.origin : placeOfField(placed, field);
}

export function holdingError({ message, fix }: Objection, origin: Origin): Diagnostic {
  return { ...origin, severity: 'error', message, ...(fix === null ? {} : { fix }), holds: 'entry' };
}

export function warning({ message, fix }: Objection, origin: Origin): Diagnostic {
  return { ...origin, severity: 'warning', message, ...(fix === null ? {} : { fix }), holds: 'nothing' };
}

export function sentenceStart(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
