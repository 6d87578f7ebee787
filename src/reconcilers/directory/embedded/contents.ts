/** What an embedded directory holds, and the lines of its file that say so. */
import * as z from 'zod';
import { fold } from '../../../model/document.ts';
import { foldDn } from '../distinguished-name.ts';

/** First line of the file. */
const headerSchema = z.strictObject({
  format: z.literal(1),
  /** Organisational units, DNs; accounts can be in these only. */
  units: z.array(z.string()).min(1),
  /** Any other text than before, once an older copy of the file has taken its place on purpose: as a new invocation id says of a server. */
  epoch: z.string().min(1).optional(),
});

const storedSchema = z.strictObject({
  guid: z.string(),
  dn: z.string(),
  /** Attributes by LDAP name, in the form Active Directory stores them; only those that have a value. */
  values: z.record(z.string(), z.string()),
  /** Hash, or null for an account without a password. */
  password: z.string().nullable(),
});

/** Every further line: an account as it stands from now on, or the end of one. */
const lineSchema = z.union([
  z.strictObject({ usn: z.int(), put: storedSchema }),
  z.strictObject({ usn: z.int(), gone: z.string() }),
]);

export type Header = z.infer<typeof headerSchema>;
/** One account as it is stored. */
export type Stored = Readonly<z.infer<typeof storedSchema>>;
export type Line = z.infer<typeof lineSchema>;

/** @throws ZodError or SyntaxError where the text is no such line. */
export function parseHeader(text: string): Header {
  return headerSchema.parse(JSON.parse(text));
}

/** @throws ZodError or SyntaxError where the text is no such line. */
export function parseLine(text: string): Line {
  return lineSchema.parse(JSON.parse(text));
}

interface Held {
  readonly stored: Stored;
  readonly foldedDn: string;
}

/** All accounts in memory, with the ways to find one. Changed only by applying lines. */
export class Contents {
  readonly header: Header;
  readonly foldedUnits: ReadonlySet<string>;
  /** Number of the last write. */
  usn = 0;
  readonly #byGuid = new Map<string, Held>();
  readonly #byDn = new Map<string, string>();
  readonly #byUsername = new Map<string, string>();
  readonly #byUpn = new Map<string, string>();

  constructor(header: Header) {
    this.header = header;
    this.foldedUnits = new Set(header.units.map(foldDn));
  }

  get size(): number {
    return this.#byGuid.size;
  }

  apply(line: Line): void {
    this.usn = Math.max(this.usn, line.usn);
    if ('gone' in line) this.#forget(line.gone);
    else this.#put(line.put);
  }

  get(guid: string): Stored | undefined {
    return this.#byGuid.get(guid)?.stored;
  }

  byUsername(username: string): Stored | undefined {
    return this.get(this.#byUsername.get(fold(username)) ?? '');
  }

  byUpn(upn: string): Stored | undefined {
    return this.get(this.#byUpn.get(fold(upn)) ?? '');
  }

  byDn(dn: string): Stored | undefined {
    return this.get(this.#byDn.get(foldDn(dn)) ?? '');
  }

  /** `foldDn` of where the account lies; `''` where there is none. */
  foldedDnOf(guid: string): string {
    return this.#byGuid.get(guid)?.foldedDn ?? '';
  }

  /** Every account with its folded DN, in the order in which they came. */
  all(): Iterable<Held> {
    return this.#byGuid.values();
  }

  #put(stored: Stored): void {
    const foldedDn = foldDn(stored.dn);
    const before = this.#byGuid.get(stored.guid);
    if (before !== undefined) this.#unindex(before);
    this.#byGuid.set(stored.guid, { stored, foldedDn });
    this.#byDn.set(foldedDn, stored.guid);
    const { sAMAccountName, userPrincipalName } = stored.values;
    if (sAMAccountName !== undefined) this.#byUsername.set(fold(sAMAccountName), stored.guid);
    if (userPrincipalName !== undefined) this.#byUpn.set(fold(userPrincipalName), stored.guid);
  }

  #forget(guid: string): void {
    const before = this.#byGuid.get(guid);
    if (before !== undefined) this.#unindex(before);
    this.#byGuid.delete(guid);
  }

  #unindex({ stored, foldedDn }: Held): void {
    this.#byDn.delete(foldedDn);
    this.#byUsername.delete(fold(stored.values.sAMAccountName ?? ''));
    this.#byUpn.delete(fold(stored.values.userPrincipalName ?? ''));
  }
}
