/** What stands in a map of Postfix: whose each entry is, read from its value alone. */
import { createHash } from 'node:crypto';
import { compareText } from '../../../diagnostic.ts';
import { fold } from '../../../model/document.ts';
import type { Completeness, Listing } from '../port.ts';

/** Values that refuse, of those that access(5) knows: by name, or by a code of SMTP. */
const REFUSES = /^(REJECT|DEFER|DEFER_IF_PERMIT|DISCARD|[45]\d\d)(\s|$)/i;

export interface Entries {
  /** As postmap gives them: keys in lower case. */
  readonly all: ReadonlyMap<string, string>;
  readonly completeness: Completeness;
}

/** How one installation signs its entries. */
export interface Signature {
  readonly instance: string;
  readonly reply: string;
}

/** A key that nobody can be asked by: its presence says that Muster made this map, or took it over. */
export function sealKey({ instance }: Signature): string {
  return `[muster:${instance}]`;
}

/** In a restriction list it decides nothing. */
export const SEAL_VALUE = 'DUNNO';

export function valueFor({ instance, reply }: Signature, username: string): string {
  return `REJECT ${reply} [muster:${instance}:${username}]`;
}

/** Whom an entry of this installation is about; null: it is somebody else's. */
export function ownerOf({ instance }: Signature, value: string): string | null {
  const [, whose, username] = /\[muster:([^:\]]+):([^\]]+)\]$/.exec(value) ?? [];
  return whose === instance && username !== undefined ? fold(username) : null;
}

export function refuses(value: string | undefined): boolean {
  return value !== undefined && REFUSES.test(value);
}

/** The answer of `postmap -s`: key, TAB, value. */
export function entriesIn(text: string, signature: Signature): Entries {
  const lines = text.split('\n').filter((line) => line !== '');
  const all = new Map(
    lines.map((line): [string, string] => {
      const tab = line.indexOf('\t');
      return tab === -1 ? [line, ''] : [line.slice(0, tab), line.slice(tab + 1)];
    }),
  );
  return { all, completeness: all.has(sealKey(signature)) ? 'whole' : 'bare' };
}

export function listingOf({ all, completeness }: Entries, signature: Signature): Listing {
  const ours = new Map<string, Set<string>>();
  const refused = new Set<string>();
  const listed = new Set<string>();
  const unread: string[] = [];
  for (const [key, value] of all) {
    if (key === sealKey(signature)) continue;
    const owner = ownerOf(signature, value);
    if (refuses(value)) refused.add(key);
    if (owner !== null) ours.set(owner, (ours.get(owner) ?? new Set()).add(key));
    if (owner !== null) listed.add(owner);
    else if (refuses(value) && !key.includes('@')) listed.add(key);
    else unread.push(key);
  }
  const lines = [...all].map(([key, value]) => `${key}\t${value}`).sort(compareText);
  const digest = createHash('sha256').update(lines.join('\n')).digest('hex');
  return { listed, unread, keyed: { ours, refused }, completeness, digest };
}
