/** Observing: tokens as a system holds them become things as core compares them; what did not change stays the same object. */
import type { Observed } from '../../core/change.ts';
import type { Known, Observation } from '../../core/ports.ts';
import { MusterError } from '../../errors.ts';
import { canonicalPhone } from '../../model/phone.ts';
import { goneAllowed } from '../directory/completeness.ts';
import type { Token, TokenList, TokenReading } from './port.ts';
import { PHONE, TOKEN, TOKENS } from './projection.ts';

/** Lives as long as its reconciler. */
export interface Observing {
  observe(list: TokenList, known: Known): Promise<Observation>;
  lookup(
    list: TokenList,
    wanted: readonly { readonly key: string; readonly handle: string | null }[],
    known: Known,
  ): Promise<readonly Observed[]>;
}

interface Seen {
  readonly token: Token;
  readonly observed: Observed;
}

export function observing(): Observing {
  let before: ReadonlyMap<string, Seen> = new Map();
  return {
    observe: async (list, known) => {
      const reading = await list.read(known.handles);
      prove(reading, known, list.server);
      const now = new Map<string, Seen>();
      for (const token of reading.tokens) {
        if (token.revoked) continue;
        const last = before.get(token.handle);
        const ownership = ownershipOf(token, known);
        const holds = last !== undefined && last.observed.ownership === ownership && isSame(last.token, token);
        now.set(token.handle, holds ? last : { token, observed: observedFrom(token, known) });
      }
      before = now;
      return {
        system: TOKENS,
        reach: 'full',
        server: list.server,
        observed: [...now.values()].map(({ observed }) => observed),
        elsewhere: [],
        gone: [...reading.gone, ...revokedAmong(reading, known)].sort(),
        conflicts: [],
        digest: reading.digest,
      };
    },
    lookup: async (list, wanted, known) => {
      const handles = wanted.flatMap(({ handle }) => handle ?? []);
      const keys = wanted.flatMap(({ key, handle }) => (handle === null ? [key] : []));
      const found = await list.find({ handles: [...new Set(handles)], keys: [...new Set(keys)] });
      return found.flatMap((token) => (token.revoked ? [] : [observedFrom(token, known)]));
    },
  };
}

/** What can never be on again is as good as deleted. */
function revokedAmong({ tokens }: TokenReading, { handles }: Known): readonly string[] {
  return tokens.flatMap(({ handle, revoked }) => (revoked && handles.has(handle) ? [handle] : []));
}

/**
 * That the reading can be believed: not more tokens gone than people delete between two passes, and not every one of many that
 * Muster left on now off, as where the right to read them is lost.
 */
function prove({ tokens, gone }: TokenReading, { handles, disabled }: Known, server: string): void {
  const allowed = goneAllowed(handles.size);
  const allGone = gone.length > 0 && gone.length === handles.size && tokens.length === 0;
  if (gone.length > allowed || allGone) {
    throw unproven(server, `${gone.length} of ${handles.size} tokens that Muster knows did not come back`, DELETED);
  }
  const left = handles.size - disabled.size;
  if (left <= allowed) return;
  if (tokens.some(({ live, phone }) => live && phone !== null)) return;
  throw unproven(server, `not one of ${tokens.length} tokens is on and has a number, and Muster left ${left} so`);
}

const DELETED = ` If they were really deleted, say so with "muster ledger rebuild --system ${TOKENS}".`;

function unproven(server: string, what: string, besides = ''): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: `${server}, reading tokens`,
    what: `The reading does not count: ${what}.`,
    next: `Check the rights with which Muster reads tokens there, and whether somebody changed them all.${besides}`,
  });
}

function observedFrom(token: Token, known: Known): Observed {
  const { handle, key, live, attempt, protectedBecause, location, raw } = token;
  const ownership = ownershipOf(token, known);
  return {
    // One that is nobody's is under no person's name.
    address: { system: TOKENS, kind: TOKEN, key: key ?? handle },
    handle,
    ownership,
    // Only an attempt whose outcome is open says anything: a token goes by whose it is, not by who made it.
    attempt: attempt !== null && known.openAttempts.has(attempt) ? attempt : null,
    markedKey: key,
    enabled: live,
    attributes: { [PHONE]: numberIn(token) },
    protectedBecause,
    location,
    managed: true,
    raw,
  };
}

function ownershipOf({ handle, attempt }: Token, { handles, openAttempts }: Known): Observed['ownership'] {
  return handles.has(handle) || (attempt !== null && openAttempts.has(attempt)) ? 'ours' : 'unmarked';
}

function isSame(a: Token, b: Token): boolean {
  if (a.key !== b.key || a.phone !== b.phone || a.live !== b.live || a.attempt !== b.attempt) return false;
  if (a.location !== b.location || a.protectedBecause !== b.protectedBecause) return false;
  for (const name in b.raw) if (a.raw[name] !== b.raw[name]) return false;
  return true;
}

/** As it is compared. */
export function numberIn({ phone }: Token): string | null {
  return phone === null ? null : canonicalPhone(phone);
}
