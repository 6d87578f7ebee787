/** A configuration that may be wrong in places, as far as it can be understood: what rules between settings look at. */
import { foldDn } from '../reconcilers/directory/distinguished-name.ts';
import { MARK_ATTRIBUTE_DEFAULT } from './schema.ts';
import { TOKEN_ATTRIBUTE_DEFAULT } from './tokens.ts';

/** Null stands for what is there and cannot be understood, so that the places in a list stay the same. */
export interface DraftAccounts {
  readonly read: readonly (string | null)[];
  /** `institution` undefined: for everybody else. */
  readonly create: readonly { readonly institution: string | undefined | null; readonly ou: string | null }[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly markAttribute: string;
  readonly protectedGroups: readonly (string | null)[];
  /** Names of the attributes that have a policy. */
  readonly drift: readonly string[];
}

export interface Draft {
  readonly directories: readonly {
    readonly product: 'activeDirectory' | 'embedded';
    readonly base: string | null;
    readonly accounts: DraftAccounts;
  }[];
  readonly recipients: readonly (string | null)[];
  /** The attribute that is everybody's token; null: none is. */
  readonly tokenAttribute: string | null;
  /** The group of those who may not send mail; absent: none is, null: it is not understood. */
  readonly mailGroup?: string | null;
}

/** @param plain texts, lists and objects, as `plainOf` gives them. */
export function draftOf(plain: unknown): Draft {
  const directory = part(plain, 'directory');
  const mailGroup = part(part(plain, 'mailBlocks'), 'directoryGroup');
  return {
    directories: (['activeDirectory', 'embedded'] as const).flatMap((product) => {
      const settings = part(directory, product);
      const accounts = part(settings, 'accounts');
      if (!isObject(accounts)) return [];
      return [{ product, base: dnOf(part(settings, 'base')), accounts: accountsOf(accounts) }];
    }),
    recipients: listOf(part(part(plain, 'credentials'), 'recipients')).map(textOf),
    tokenAttribute: tokenAttributeOf(part(part(plain, 'tokens'), 'directoryAttribute')),
    ...(mailGroup === undefined ? {} : { mailGroup: dnOf(part(mailGroup, 'group')) }),
  };
}

function tokenAttributeOf(settings: unknown): string | null {
  return isObject(settings) ? (textOf(part(settings, 'attribute')) ?? TOKEN_ATTRIBUTE_DEFAULT) : null;
}

/** Whether the configuration has this part, whatever stands in it. */
export function hasPart(plain: unknown, ...names: readonly string[]): boolean {
  return names.reduce(part, plain) !== undefined;
}

function accountsOf(accounts: object): DraftAccounts {
  const attributes = part(accounts, 'attributes');
  const drift = part(accounts, 'drift');
  return {
    read: listOf(part(accounts, 'read')).map(dnOf),
    create: listOf(part(accounts, 'create')).map((rule) => {
      const institution = part(rule, 'institution');
      const isRule = isObject(rule);
      return {
        institution: isRule && institution === undefined ? undefined : textOf(institution),
        ou: dnOf(part(rule, 'ou')),
      };
    }),
    attributes: Object.fromEntries(
      Object.entries(isObject(attributes) ? attributes : {}).flatMap(([name, template]: [string, unknown]) =>
        typeof template === 'string' ? [[name, template] as const] : [],
      ),
    ),
    markAttribute: textOf(part(accounts, 'markAttribute')) ?? MARK_ATTRIBUTE_DEFAULT,
    protectedGroups: listOf(part(accounts, 'protectedGroups')).map(dnOf),
    drift: isObject(drift) ? Object.keys(drift) : [],
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function part(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function dnOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  try {
    return foldDn(value) === '' ? null : value;
  } catch {
    return null;
  }
}
