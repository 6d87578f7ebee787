/** The `approvals` part of the configuration: how long one counts, and who has to have approved what comes into the repository. */
import type { z } from 'zod';
import type { Policy, Rule } from '../core/approval/policy.ts';
import { fold } from '../model/document.ts';
import { DEEDS } from '../model/step-item.ts';
import type { KeyFiles, Signer } from '../sources/evidence/signers.ts';
import { listOf, matching, oneOf, path, settings, text, whole } from './fields.ts';

/** An approval that outlives a working week is one that nobody remembers. */
const EXPIRE_HOURS_MAX = 168;
/** Whoever writes and this many others less one; more never look at one line. */
const PEOPLE_MAX = 5;
const NAME_MAX = 80;

/** What could move a cursor or end a line is no name. */
const name = text(
  'the name of a person, in one line',
  'Rita Service',
  (value) => value.trim() === value && value !== '' && value.length <= NAME_MAX && !/\p{C}/u.test(value),
);
const email = matching('an e-mail address', 'rita@example.org', /^[^\s<>@*?!,"]+@[^\s<>@*?!,"]+$/);
const fingerprint = matching(
  'the whole fingerprint of a primary OpenPGP key',
  '"1B2F4C6D8E0A1B2C3D4E5F60718293A4B5C6D7E8"',
  /^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/,
);
const logOn = matching('a log-on name at the forge', 'rita', /^[^\s@/]{1,100}$/);
const place = matching(
  'a file of the repository, or a folder with a slash at its end',
  'institutions/',
  /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^*?[\]\\]+$/,
);

const person = settings({
  name,
  emails: listOf(email, '[rita@example.org]').min(1, 'Needs at least one address'),
  gpg: listOf(fingerprint, '["1B2F…"]').optional(),
  forge: listOf(logOn, '[rita]').optional(),
});

const rule = settings({
  does: listOf(oneOf(...DEEDS), '[creates, reopens]')
    .min(1, 'Needs at least one')
    .optional(),
  paths: listOf(place, '[institutions/]').min(1, 'Needs at least one path').optional(),
  people: whole(1, PEOPLE_MAX, 'people', 2),
  of: listOf(name, '[Rita Service]').min(1, 'Needs at least one name').optional(),
});

type Person = z.output<typeof person>;
type ParsedRule = z.output<typeof rule>;

const revisions = settings({
  by: oneOf('signatures', 'mergeRequests'),
  sshSigners: path('/etc/muster/allowed-signers').optional(),
  sshRevoked: path('/etc/muster/revoked-keys').optional(),
  gpgKeys: path('/etc/muster/approvers.asc').optional(),
  people: listOf(person, '[{ name: Rita Service, emails: [rita@example.org] }]').min(1, 'Needs at least one person'),
  rules: listOf(rule, '[{ does: [creates], people: 1 }]').optional(),
}).superRefine(({ by, sshSigners, gpgKeys, people, rules = [] }, context) => {
  const say = (where: readonly (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path: [...where], message });
  if (by === 'signatures' && sshSigners === undefined && gpgKeys === undefined) {
    say(['by'], 'Needs keys to prove them by. Set sshSigners, gpgKeys, or both');
  }
  for (const [index, shared] of sharedIdentities(people)) say(['people', index], shared);
  for (const [index, wrong] of impossible(people, rules)) say(['rules', index], wrong);
});

export const approvalsSchema = settings({
  expireHours: whole(1, EXPIRE_HOURS_MAX, 'hours').prefault('24'),
  revisions: revisions.optional(),
}).prefault({});

/** What two people have in common tells neither, and would let one of them approve what the other one wrote. */
function sharedIdentities(people: readonly Person[]): readonly (readonly [number, string])[] {
  const owners = new Map<string, number>();
  return people.flatMap((one, index) => {
    const identities = [
      one.name,
      ...one.emails,
      ...(one.gpg ?? []).map((key) => `the OpenPGP key ${key}`),
      ...(one.forge ?? []).map((known) => `the log-on name ${known}`),
    ];
    return identities.flatMap((identity) => {
      const owner = owners.get(fold(identity)) ?? index;
      owners.set(fold(identity), owner);
      const other = people[owner]?.name;
      return owner === index
        ? []
        : [[index, `${identity} is listed for ${other} already. Name each person once`] as const];
    });
  });
}

/** A rule that nobody can meet would hold everything for ever. */
function impossible(people: readonly Person[], rules: readonly ParsedRule[]): readonly (readonly [number, string])[] {
  return rules.flatMap(({ of, people: count }, index) => {
    const stranger = of?.find((one) => !people.some((other) => other.name === one));
    if (stranger !== undefined)
      return [[index, `${stranger} is not under "people". Write the name as it stands there`]];
    if (people.length >= count && (of === undefined || of.length >= count - 1)) return [];
    return [[index, `Needs ${count} people, and not so many can be named. List more, or ask for fewer`]];
  });
}

/** How it is found out who answers for a revision, and what the policy asks of them. */
export interface RevisionsConfig {
  readonly by: 'signatures' | 'mergeRequests';
  readonly signers: readonly Signer[];
  readonly keys: KeyFiles;
  readonly policy: Policy;
}

export interface ApprovalsConfig {
  readonly expireHours: number;
  /** Null: whoever may push has approved. */
  readonly revisions: RevisionsConfig | null;
}

/** @param absolute makes a path of the configuration one that does not depend on where Muster runs. */
export function approvalsOf(
  { expireHours, revisions: given }: z.output<typeof approvalsSchema>,
  absolute: (path: string) => string,
): ApprovalsConfig {
  if (given === undefined) return { expireHours, revisions: null };
  const file = (one: string | undefined) => (one === undefined ? null : absolute(one));
  return {
    expireHours,
    revisions: {
      by: given.by,
      signers: given.people.map(({ gpg = [], forge = [], ...one }) => ({ ...one, gpg, forge })),
      keys: { ssh: file(given.sshSigners), sshRevoked: file(given.sshRevoked), gpg: file(given.gpgKeys) },
      policy: { people: given.people.map((one) => one.name), rules: (given.rules ?? []).map(ruleOf) },
    },
  };
}

function ruleOf({ does, paths, people, of }: ParsedRule): Rule {
  return { does: does ?? null, paths: paths ?? null, people, of: of ?? null };
}
