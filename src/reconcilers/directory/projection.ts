/** Projection: the accounts that the directory should hold, one for each person of the model. */
import type { Blueprint, Desired } from '../../core/change.ts';
import { type Circumstances, type ModelIndex, modelIndexer } from '../../model/circumstances.ts';
import type { Entry, Instant, Institution, User } from '../../model/document.ts';
import type { Model } from '../../model/model.ts';
import type { Moment } from '../../model/moment.ts';
import { personLabel } from '../../model/restrictions.ts';
import { eachResult, type Known, lastResult } from '../../model/reuse.ts';
import { standingIn } from '../../model/standing.ts';
import { ACCOUNT_EXPIRES, type CreateRule, type Mapping, unitFor } from './mapping.ts';

export const DIRECTORY = 'directory';
export const ACCOUNT = 'account';

/** What of the settings decides how an account should be. */
export interface ProjectionSettings {
  readonly create: readonly CreateRule[];
  readonly upnSuffix: string;
  readonly mapping: Mapping;
}

/** What one account depends on. */
type Facts = readonly [institution: Institution | null, ...Circumstances];

/** Asked again, it gives the very same accounts for everybody about whom nothing changed, and the very same list where that is all. */
export function projector(settings: ProjectionSettings): (model: Model, at: Instant) => readonly Desired[] {
  const index = modelIndexer();
  const facts = lastResult((model: Model) => factsIn(index(model)));
  const each = eachResult((one: Facts, moment) => desiredOf(one, moment, settings));
  return (model, at) => each(facts(model), at);
}

function factsIn({ model, circumstancesOf }: ModelIndex): readonly Known<Facts>[] {
  const facts: Known<Facts>[] = [];
  for (const [key, { document }] of model.users) {
    const circumstances = circumstancesOf(key);
    if (circumstances === undefined) continue;
    const institution = model.institutions.get(document.institution)?.document ?? null;
    facts.push({ key, facts: [institution, ...circumstances] });
  }
  return facts;
}

function desiredOf([institution, ...circumstances]: Facts, moment: Moment, settings: ProjectionSettings): Desired {
  const [entry] = circumstances;
  const { key, document, knownSince, origin } = entry;
  const { mayLogIn, expires } = standingIn(circumstances, moment);
  return {
    address: { system: DIRECTORY, kind: ACCOUNT, key },
    person: { key, label: personLabel(document) },
    verdict: mayLogIn,
    attributes: {
      ...settings.mapping.valuesOf(document, institution ?? nameless(document.institution)),
      [ACCOUNT_EXPIRES]: expires === null ? 'never' : new Date(expires).toISOString(),
    },
    mayGain: mayGain(entry),
    knownSince,
    origin,
    blueprint: blueprintOf(document, settings),
  };
}

function mayGain(entry: Entry<User>): boolean {
  return entry.condition === 'declared' && entry.rivals.length === 0;
}

/** An institution that is nowhere defined: its users are held, and its name is all that is known. */
function nameless(id: string): Institution {
  return { id, name: id, contacts: [], partOf: null };
}

function blueprintOf({ username, institution }: User, { create, upnSuffix }: ProjectionSettings): Blueprint {
  const unit = unitFor(institution, create);
  return { username, userPrincipalName: `${username}@${upnSuffix}`, unit: unit ?? '' };
}
