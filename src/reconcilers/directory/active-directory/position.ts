/** How far a domain controller has come: its invocation id and the number of its latest change. */
import { PresenceFilter } from 'ldapts';
import type { HistoryWords, Position } from '../../../core/server-memory.ts';
import { assertOpen, type Link } from './connection.ts';
import { bytesOf, textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import type { Identity } from './identity.ts';
import { type Search, searchOne } from './paged-search.ts';
import { guidText } from './values.ts';

/** Stands for an invocation id that can't be read: then a restored controller shows by its lower number alone. */
const UNREADABLE = 'unreadable';

const WORDS: HistoryWords = {
  anotherLife: 'its invocation id is another one',
  advice: 'Restore it the way that gives it a new invocation id, or take it out of the configuration.',
};

/**
 * invocationId of the controller's NTDS Settings object (MS-ADTS 6.1.1.2.2.1.2.1.1): a proper restore changes it. Readable to
 * everybody who logs in, by default; without it the controller counts as having one life.
 */
export async function readEpoch(link: Link, identity: Identity): Promise<string> {
  const step = 'reading its invocation id';
  if (!identity.service.includes('=')) return UNREADABLE;
  try {
    const entry = await searchOne(link.client, searchFor(link, identity.service, step, ['invocationId']));
    const [bytes] = entry === null ? [] : bytesOf(entry, 'invocationId');
    return bytes?.length === 16 ? guidText(bytes) : UNREADABLE;
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

/** Null where the server has no such numbers. Throws MusterError where it does not answer. */
export async function readPosition(desk: {
  readonly link: Link;
  readonly identity: Identity;
  readonly epoch: string;
}): Promise<Position | null> {
  const { link, identity, epoch } = desk;
  const step = 'reading how far it has come';
  assertOpen(link, step);
  try {
    const root = await searchOne(link.client, searchFor(link, '', step, ['dsServiceName', 'highestCommittedUSN']));
    const [service] = root === null ? [] : textsOf(root, 'dsServiceName');
    const [sequence = ''] = root === null ? [] : textsOf(root, 'highestCommittedUSN');
    if (service !== identity.service || !/^\d+$/.test(sequence)) return null;
    return { server: service, epoch: `${service} ${epoch}`, sequence: BigInt(sequence), words: WORDS };
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

function searchFor(link: Link, base: string, step: string, attributes: readonly string[]): Search {
  const filter = new PresenceFilter({ attribute: 'objectClass' });
  const { answerSeconds } = link.settings.timeouts;
  return { base, scope: 'base', filter, attributes, where: `${link.server}, ${step}`, answerSeconds };
}
