/** Settling institutions from the top down, so that each knows whether what it is part of counts. */
import type { Institution } from './document.ts';
import { type Findings, type Found, placesIn } from './gather.ts';
import { hierarchyOf, wayRound } from './hierarchy.ts';
import { type InstitutionObjection, institutionRules } from './rules.ts';
import { type Objection, type Settled, settle } from './settle.ts';
import { type Suggest, suggestFrom } from './suggestion.ts';

/** A circle of more institutions than this is told in part. */
const CIRCLE_TOLD_MAX = 6;

export interface SettledInstitutions {
  readonly settled: ReadonlyMap<string, Settled<Institution>>;
  /** For users, and for institutions that are part of another. */
  readonly objectionTo: InstitutionObjection;
}

export function settleInstitutions(found: Findings<'institution'>): SettledInstitutions {
  const above = new Map([...found].map(([key, one]) => [key, aboveOf(one)]));
  const { order, circles } = hierarchyOf(above);
  const circle = (key: string) => (circles.has(key) ? wayRound(key, above, circles, CIRCLE_TOLD_MAX) : null);
  const settled = new Map<string, Settled<Institution>>();
  const suggest = suggestFrom(found);
  const objectionTo: InstitutionObjection = (key, field) => {
    const there = found.get(key);
    return there === undefined ? unknown(key, field, suggest) : notYetCounting(there, settled.get(key));
  };
  const rules = institutionRules(objectionTo, circle);
  for (const key of order) {
    const one = found.get(key);
    const result = one === undefined ? null : settle(one, rules);
    if (result !== null) settled.set(key, result);
  }
  const inKeyOrder = [...found.keys()].flatMap((key) => {
    const one = settled.get(key);
    return one === undefined ? [] : [[key, one] as const];
  });
  return { settled: new Map(inKeyOrder), objectionTo };
}

/** What it says now; where it says nothing readable, what it last said. */
function aboveOf({ stated, last }: Found<Institution>): readonly string[] {
  const documents = stated.length > 0 ? stated.map(({ document }) => document) : last === null ? [] : [last.document];
  return documents.flatMap(({ partOf }) => (partOf === null ? [] : [partOf]));
}

function unknown(key: string, field: 'institution' | 'partOf', suggest: Suggest): Objection {
  const meant = suggest(key);
  const advice =
    meant === null ? 'Declare it under institutions/ first, or name another.' : `Did you mean \`${meant}\`?`;
  return {
    message: `There is no institution \`${key}\`. ${advice}`,
    fix: meant === null ? null : `${field}: ${meant}`,
  };
}

/** Nothing new may lean on an institution that left the files, or that never counted yet: a block above it may be unseen. */
function notYetCounting(found: Found<Institution>, settled: Settled<Institution> | undefined): Objection | null {
  const { key, last } = found;
  if (settled?.entry.condition === 'vanished') {
    const message = `The institution \`${key}\` is no longer declared; it last stood at ${placesIn([settled.entry.origin])}.`;
    return { message: `${message} Declare it again, or name another.`, fix: null };
  }
  if (last !== null || settled?.entry.condition === 'declared') return null;
  const places = placesIn([...found.stated.map(({ origin }) => origin), ...found.broken]);
  return {
    message: `The institution \`${key}\` has a mistake of its own, at ${places}, and has to be mended first.`,
    fix: null,
  };
}
