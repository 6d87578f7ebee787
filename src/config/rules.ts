/** Rules of the configuration that no single setting shows: settings that contradict each other. */
import { nearest } from '../model/nearest.ts';
import type { TreeNode } from '../model/tree.ts';
import { foldDn, isBelow } from '../reconcilers/directory/distinguished-name.ts';
import { mappingOf, PLACEHOLDERS } from '../reconcilers/directory/mapping.ts';
import { problemAt, type SettingProblem } from './problems.ts';
import { MARK_ATTRIBUTE_DEFAULT, type ParsedAccounts, type ParsedConfig } from './schema.ts';

/** All of them, for a configuration in which each setting by itself is in order. */
export async function contradictions(parsed: ParsedConfig, root: TreeNode): Promise<readonly SettingProblem[]> {
  const product = parsed.directory.activeDirectory === undefined ? 'embedded' : 'activeDirectory';
  const { accounts } = parsed.directory[product] ?? {};
  if (accounts === undefined) return [];
  const path = ['directory', product, 'accounts'];
  const base = parsed.directory.activeDirectory?.base;
  return [
    ...unitProblems(accounts, base, path, root),
    ...writerProblems(accounts, path, root),
    ...templateProblems(accounts, path, root),
    ...driftProblems(accounts, path, root),
    ...(await recipientProblems(parsed.credentials?.recipients ?? [], root)),
  ];
}

/** New accounts must go where they are read again, and each institution to one place. */
function unitProblems(
  { read, create = [] }: ParsedAccounts,
  base: string | undefined,
  path: readonly string[],
  root: TreeNode,
): readonly SettingProblem[] {
  const within = (unit: string, outer: string) =>
    foldDn(unit) === foldDn(outer) || isBelow(foldDn(unit), foldDn(outer));
  const outside = read.flatMap((unit, n) =>
    base === undefined || within(unit, base)
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
    read.some((unit) => within(ou, unit))
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
    create.findIndex((other) => other.institution === institution) === n
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
  { attributes = {}, markAttribute = MARK_ATTRIBUTE_DEFAULT }: ParsedAccounts,
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

function templateProblems(
  { attributes = {} }: ParsedAccounts,
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
  { attributes = {}, drift = {} }: ParsedAccounts,
  path: readonly string[],
  root: TreeNode,
): readonly SettingProblem[] {
  const names = [...MAPPED_BY_DEFAULT, ...Object.keys(attributes)];
  return Object.keys(drift)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = nearest(name, names);
      const meant = near === null ? '' : ` Did you mean ${near}?`;
      return problemAt(root, [...path, 'drift', name], `Is not mapped, so nothing can drift.${meant}`);
    });
}

async function recipientProblems(recipients: readonly string[], root: TreeNode): Promise<readonly SettingProblem[]> {
  if (recipients.length === 0) return [];
  // Loaded only here: it brings the cryptography along.
  const { checkRecipient } = await import('../credentials/seal.ts');
  return recipients.flatMap((recipient, n) => {
    const problem = checkRecipient(recipient);
    return problem === null ? [] : [problemAt(root, ['credentials', 'recipients', n], `Can't be used. ${problem}`)];
  });
}
