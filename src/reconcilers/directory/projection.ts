/** Projection: the accounts that the directory should hold, one for each person of the model. */
import type { Blueprint, Desired } from '../../core/change.ts';
import { type Circumstances, circumstancesOf, type Surroundings, surveyor } from '../../model/circumstances.ts';
import type { Entry, Instant, Institution, User } from '../../model/document.ts';
import type { Model } from '../../model/model.ts';
import type { Moment } from '../../model/moment.ts';
import { personLabel } from '../../model/restrictions.ts';
import { eachAnew, eachResult, lastResult } from '../../model/reuse.ts';
import { mayGain, standingIn } from '../../model/standing.ts';
import { expiryFromInstant } from './account-values.ts';
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
type Facts = readonly [...circumstances: Circumstances, institution: Entry<Institution> | null];

interface Context {
  readonly surroundings: Surroundings;
  readonly institutions: Model['institutions'];
}

/**
 * Asked again, it gives the very same accounts for everybody about whom nothing changed, and the very same list where that is all.
 * @param lasting false: it is hardly ever asked again, so that nothing need be kept of each person
 */
export function projector(
  settings: ProjectionSettings,
  lasting: boolean,
): (model: Model, at: Instant) => readonly Desired[] {
  const survey = surveyor();
  const contextOf = lastResult(
    (surroundings: Surroundings, institutions: Model['institutions']): Context => ({ surroundings, institutions }),
  );
  const people = lastResult((users: Model['users']) => [...users.values()]);
  const one = {
    keyOf: ({ key }: Entry<User>) => key,
    factsOf,
    work: (facts: Facts, moment: Moment) => desiredOf(facts, moment, settings),
  };
  const each = lasting ? eachResult(one) : eachAnew(one);
  return (model, at) => each(people(model.users), contextOf(survey(model), model.institutions), at);
}

function factsOf(entry: Entry<User>, { surroundings, institutions }: Context): Facts {
  const institution = institutions.get(entry.document.institution) ?? null;
  return [...circumstancesOf(entry, surroundings), institution];
}

function desiredOf(facts: Facts, moment: Moment, settings: ProjectionSettings): Desired {
  const [entry, persons, mail, orders, fromAbove, calendar, institution] = facts;
  const { key, document, knownSince, origin } = entry;
  const { mayLogIn, expires } = standingIn([entry, persons, mail, orders, fromAbove, calendar], moment);
  return {
    address: { system: DIRECTORY, kind: ACCOUNT, key },
    person: { key, label: personLabel(document) },
    verdict: mayLogIn,
    attributes: {
      ...settings.mapping.valuesOf(document, institution?.document ?? nameless(document.institution)),
      [ACCOUNT_EXPIRES]: expiryFromInstant(expires),
    },
    mayGain: mayGain(entry),
    knownSince,
    origin,
    entry,
    institution: institution ?? undefined,
    blueprint: blueprintOf(document, settings),
    belongsTo: document.institution,
  };
}

/** An institution that is nowhere defined: its users are held, and its name is all that is known. */
function nameless(id: string): Institution {
  return { id, name: id, contacts: [], partOf: null };
}

function blueprintOf({ username, institution }: User, { create, upnSuffix }: ProjectionSettings): Blueprint {
  const unit = unitFor(institution, create);
  return { username, userPrincipalName: `${username}@${upnSuffix}`, unit: unit ?? '' };
}
