/** The digest of an observation: over everything that was read, whatever order it came in, and cheap where little of it changed. */
import { createHash } from 'node:crypto';
import type { Observed } from '../../core/change.ts';
import { sameItems } from '../../model/reuse.ts';

/** Things whose handles begin with the same so many characters are digested together: of 100,000, some 400. */
const GROUP_CHARACTERS = 2;

/** Between two values, and in the place of an absent one: characters that no directory string holds. */
const SEPARATOR = '\u0000';
const ABSENT = '\u0001';

interface Group {
  readonly things: readonly Observed[];
  readonly digest: Buffer;
}

/**
 * SHA-256 over the digests of the groups, in the order of their names. The function remembers its last call: only groups in which some
 * thing is not the very one of last time are digested again, and what comes out is the same as without a memory.
 * @returns lower-case hex. `observed` must be in the order of its handles, like the other two.
 */
export function observationDigest(): (
  observed: readonly Observed[],
  elsewhere: readonly Observed[],
  gone: readonly string[],
) => string {
  let groups: ReadonlyMap<string, Group> = new Map();
  return (observed, elsewhere, gone) => {
    const next = new Map<string, Group>();
    for (const [name, things] of grouped(observed)) {
      const before = groups.get(name);
      const same = before !== undefined && sameItems(before.things, things);
      next.set(name, same ? before : { things, digest: digestOf(things) });
    }
    groups = next;
    const hash = createHash('sha256').update(Object.keys(observed[0]?.raw ?? {}).join(SEPARATOR));
    for (const [name, { digest }] of next) hash.update(name).update(digest);
    return hash.update(digestOf(elsewhere)).update(JSON.stringify(gone)).digest('hex');
  };
}

function* grouped(observed: readonly Observed[]): Iterable<[string, readonly Observed[]]> {
  let start = 0;
  for (let at = 1; at <= observed.length; at += 1) {
    const name = nameOf(observed[start]);
    if (at < observed.length && nameOf(observed[at]) === name) continue;
    yield [name, observed.slice(start, at)];
    start = at;
  }
}

function nameOf(thing: Observed | undefined): string {
  return thing?.handle.slice(0, GROUP_CHARACTERS) ?? '';
}

/** Everything that was read of each; what else a thing says follows from that. */
function digestOf(things: readonly Observed[]): Buffer {
  const parts: string[] = [];
  for (const { handle, ownership, location, managed, protectedBecause, raw } of things) {
    parts.push(handle, ownership, location, managed ? 'managed' : 'elsewhere', protectedBecause ?? ABSENT);
    // In the order in which the adapter asks for them, which is the same for all.
    for (const name in raw) parts.push(raw[name] ?? ABSENT);
  }
  return createHash('sha256').update(parts.join(SEPARATOR)).digest();
}
