/** What follows for an institution from what a branch does to its people. */
import { compareText } from '../diagnostic.ts';
import type { Model } from '../model/model.ts';
import type { Desired } from './change.ts';
import type { Consequence } from './review.ts';
import type { Caused } from './review-caused.ts';
import { thingOf } from './thing.ts';

/** How many of an institution's people may use what a system holds for them. */
type Counts = ReadonlyMap<string, number>;

export interface OneSide {
  readonly model: Model;
  /** Of one system. */
  readonly desired: readonly Desired[];
}

/** Institutions of which somebody had access before and nobody has after, by id; one system. */
export function consequencesFor(before: OneSide, after: OneSide, caused: readonly Caused[]): readonly Consequence[] {
  const had = allowedByInstitution(before.desired);
  const have = allowedByInstitution(after.desired);
  const names = new Map(before.desired.map((one) => [one.address.key, one.belongsTo]));
  const losing = caused.filter(
    ({ change }) => change.effect === 'takes' && thingOf(change.address.kind).kind === 'account',
  );
  const byInstitution = Map.groupBy(losing, ({ change }) => names.get(change.address.key));
  return [...byInstitution]
    .toSorted(([a = ''], [b = '']) => compareText(a, b))
    .flatMap(([institution, some]) => {
      if (institution === undefined || (had.get(institution) ?? 0) === 0 || (have.get(institution) ?? 0) > 0) return [];
      const { name } = before.model.institutions.get(institution)?.document ?? { name: institution };
      const [only, ...others] = some;
      const whose = only !== undefined && others.length === 0 ? ` ${only.change.person.label} was the last.` : '';
      return [{ text: `Nobody of ${name} has access any more.${whose}`, origin: only?.change.cause.origin ?? null }];
    });
}

function allowedByInstitution(desired: readonly Desired[]): Counts {
  const counts = new Map<string, number>();
  for (const { verdict, belongsTo } of desired) {
    if (belongsTo !== undefined && verdict.allowed) counts.set(belongsTo, (counts.get(belongsTo) ?? 0) + 1);
  }
  return counts;
}
