/** Rules of the configuration that no single setting shows: settings that contradict each other. */
import { nearest } from '../model/nearest.ts';
import type { TreeNode } from '../model/tree.ts';
import { foldDn, isBelow } from '../reconcilers/directory/distinguished-name.ts';
import { mappingOf, PLACEHOLDERS } from '../reconcilers/directory/mapping.ts';
import { type Draft, type DraftAccounts, draftOf, hasPart } from './draft.ts';
import { forgeProblems } from './forge.ts';
import { listenerProblems } from './listeners.ts';
import { problemAt, type SettingProblem } from './problems.ts';

/**
 * All of them, also where other settings are wrong by themselves: what cannot be told until those are mended is left out.
 * @param plain the configuration as `plainOf` gives it.
 */
export async function contradictions(plain: unknown, root: TreeNode): Promise<readonly SettingProblem[]> {
  const { directories, recipients, tokenAttribute, mailGroup } = draftOf(plain);
  const ofAccounts = directories.flatMap(({ product, base, accounts }) => {
    const path = ['directory', product, 'accounts'];
    return [
      ...unitProblems(accounts, base, path, root),
      ...groupProblems(accounts, base, path, root),
      ...writerProblems(accounts, path, root),
      ...templateProblems(accounts, path, root),
      ...driftProblems(accounts, path, root),
    ];
  });
  return [
    ...ofAccounts,
    ...(tokenAttribute === null ? [] : tokenProblems(tokenAttribute, directories, root)),
    ...(mailGroup === undefined ? [] : mailGroupProblems(mailGroup, directories, root)),
    ...listenerProblems(plain, root),
    ...forgeProblems(plain, root),
    ...taskProblems(plain, root),
    ...approvalProblems(plain, root),
    ...(await recipientProblems(recipients, root)),
  ];
}

/** New accounts must go where they are read again, and each institution to one place. */
function unitProblems(
  { read, create }: DraftAccounts,
  base: string | null,
  path: readonly string[],
  root: TreeNode,
): readonly SettingProblem[] {
  const within = (unit: string, outer: string) =>
    foldDn(unit) === foldDn(outer) || isBelow(foldDn(unit), foldDn(outer));
  const units = read.filter((unit) => unit !== null);
  // Whether a unit that is wrong now would hold it cannot be told.
  const isKnown = units.length === read.length && units.length > 0;
  const outside = read.flatMap((unit, n) =>
    base === null || unit === null || within(unit, base)
      ? []
      : [
          problemAt(
            root,
            [...path, 'read', n],
            `Is not below directory.activeDirectory.base. Write a unit that ends in ,${base}`,
          ),
        ],
  );
  const unread = create.flatMap(({ ou }, n) =>
    ou === null || !isKnown || units.some((unit) => within(ou, unit))
      ? []
      : [
          problemAt(
            root,
            [...path, 'create', n, 'ou'],
            'Is in no unit under "read", so new accounts would never be seen again. Add it there',
          ),
        ],
  );
  const twice = create.flatMap(({ institution }, n) =>
    institution === null || create.findIndex((other) => other.institution === institution) === n
      ? []
      : [
          problemAt(
            root,
            [...path, 'create', n],
            institution === undefined
              ? 'A second unit for everybody else. Name its institution, or remove it'
              : `A second unit for institution ${institution}. Keep one of them`,
          ),
        ],
  );
  return [...outside, ...unread, ...twice];
}

/** Only groups of the domain itself can be read on its servers. */
function groupProblems(
  { protectedGroups }: DraftAccounts,
  base: string | null,
  path: readonly string[],
  root: TreeNode,
): readonly SettingProblem[] {
  return protectedGroups.flatMap((group, n) =>
    base === null || group === null || isBelow(foldDn(group), foldDn(base))
      ? []
      : [
          problemAt(
            root,
            [...path, 'protectedGroups', n],
            `Is not below directory.activeDirectory.base. Name a group that ends in ,${base}`,
          ),
        ],
  );
}

const MAPPED_BY_DEFAULT = mappingOf({}).attributes;

/** Attributes that Muster writes by itself, so that no mapping may (names compare without case, RFC 4512 section 2.5). */
const WRITTEN_ANYWAY: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cn: 'the name of a new account',
    name: 'the name of a new account',
    distinguishedname: 'the place of the account',
    samaccountname: 'the username',
    userprincipalname: 'the username and upnSuffix',
    useraccountcontrol: 'whether the account is enabled',
    accountexpires: 'the end of access',
    unicodepwd: 'the initial password',
    pwdlastset: 'whether the password must be changed',
    objectclass: 'what kind of thing the account is',
  }),
);

/** Every attribute has one writer. One that is mapped by default may be mapped otherwise, under its very name. */
function writerProblems(
  { attributes, markAttribute }: DraftAccounts,
  path: readonly string[],
  root: TreeNode,
): readonly SettingProblem[] {
  const names = [...MAPPED_BY_DEFAULT, ...Object.keys(attributes)];
  return Object.keys(attributes).flatMap((name) => {
    const key = name.toLowerCase();
    const at = (message: string) => [problemAt(root, [...path, 'attributes', name], message)];
    const carries = WRITTEN_ANYWAY.get(key);
    if (carries !== undefined) return at(`Can't be mapped: Muster itself keeps ${carries} there. Remove this line`);
    if (key === markAttribute.toLowerCase())
      return at('Holds the ownership mark (markAttribute). Map another attribute');
    const first = names.find((other) => other.toLowerCase() === key) ?? name;
    return first === name
      ? []
      : at(`This is the attribute ${first}, which is written already. Keep one line, and call it ${first}`);
  });
}

/** An attribute that is everybody's token has no other writer, and a server that answers for it. */
function tokenProblems(
  attribute: string,
  directories: Draft['directories'],
  root: TreeNode,
): readonly SettingProblem[] {
  const at = (message: string) => [problemAt(root, ['tokens', 'directoryAttribute'], message)];
  const key = attribute.toLowerCase();
  return directories.flatMap(({ product, accounts }) => {
    if (product === 'embedded')
      return at('Only Active Directory has this; beside an embedded directory, write tokens.embedded');
    const mapped = [...MAPPED_BY_DEFAULT, ...Object.keys(accounts.attributes)].find((one) => one.toLowerCase() === key);
    const carries = WRITTEN_ANYWAY.get(key);
    if (carries !== undefined) return at(`Can't be ${attribute}: Muster itself keeps ${carries} there`);
    if (key === accounts.markAttribute.toLowerCase()) return at(`Can't be ${attribute}: it holds the ownership mark`);
    return mapped === undefined
      ? []
      : at(
          `${attribute} is written already: it is mapped in directory.${product}.accounts.attributes. Remove it there, so that it has one writer`,
        );
  });
}

/** The group of those who may not send mail lies in the domain, and none of them may be shielded from Muster by being in it. */
function mailGroupProblems(
  group: string | null,
  directories: Draft['directories'],
  root: TreeNode,
): readonly SettingProblem[] {
  const at = (message: string) => [problemAt(root, ['mailBlocks', 'directoryGroup', 'group'], message)];
  return directories.flatMap(({ product, base, accounts: { protectedGroups } }) => {
    if (product === 'embedded') {
      const message = 'Only Active Directory has groups; beside an embedded directory, write mailBlocks.embedded';
      return [problemAt(root, ['mailBlocks', 'directoryGroup'], message)];
    }
    if (group === null) return [];
    if (base !== null && !isBelow(foldDn(group), foldDn(base)))
      return at(`Is not below directory.activeDirectory.base. Name a group that ends in ,${base}`);
    return protectedGroups.some((one) => one !== null && foldDn(one) === foldDn(group))
      ? at('Is one of the protectedGroups: whoever were put there could not be blocked any more. Name another group')
      : [];
  });
}

function templateProblems(
  { attributes }: DraftAccounts,
  path: readonly string[],
  root: TreeNode,
): readonly SettingProblem[] {
  return Object.entries(attributes).flatMap(([name, template]) =>
    [...template.matchAll(/\{([^{}]*)\}/g)].flatMap(([, placeholder = '']) => {
      if (PLACEHOLDERS.includes(placeholder)) return [];
      const near = nearest(placeholder, PLACEHOLDERS);
      const meant = near === null ? '' : ` Did you mean {${near}}?`;
      const known = PLACEHOLDERS.map((one) => `{${one}}`).join(', ');
      return [
        problemAt(root, [...path, 'attributes', name], `There is no {${placeholder}}.${meant} Write one of ${known}`),
      ];
    }),
  );
}

/** A policy for an attribute that nobody writes would look as if it did something. */
function driftProblems(
  { attributes, drift }: DraftAccounts,
  path: readonly string[],
  root: TreeNode,
): readonly SettingProblem[] {
  const names = [...MAPPED_BY_DEFAULT, ...Object.keys(attributes)];
  return drift
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = nearest(name, names);
      const meant = near === null ? '' : ` Did you mean ${near}?`;
      return problemAt(root, [...path, 'drift', name], `Is not mapped, so nothing can drift.${meant}`);
    });
}

/** Tasks that nobody hears of are no tasks. */
function taskProblems(plain: unknown, root: TreeNode): readonly SettingProblem[] {
  if (!hasPart(plain, 'tasks') || hasPart(plain, 'notify')) return [];
  return [problemAt(root, ['tasks'], 'Nobody would hear of a task. Set "notify" as well, or remove this part')];
}

/** A folder has no commits that anybody could answer for. */
function approvalProblems(plain: unknown, root: TreeNode): readonly SettingProblem[] {
  if (!hasPart(plain, 'approvals', 'revisions') || hasPart(plain, 'source', 'git')) return [];
  const message = 'A folder does not tell who brought what. Set "source.git", or remove this part';
  return [problemAt(root, ['approvals', 'revisions'], message)];
}

async function recipientProblems(
  recipients: readonly (string | null)[],
  root: TreeNode,
): Promise<readonly SettingProblem[]> {
  if (recipients.length === 0) return [];
  // Loaded only here: it brings the cryptography along.
  const { checkRecipient } = await import('../credentials/seal.ts');
  return recipients.flatMap((recipient, n) => {
    const problem = recipient === null ? null : checkRecipient(recipient);
    return problem === null ? [] : [problemAt(root, ['credentials', 'recipients', n], `Can't be used. ${problem}`)];
  });
}
