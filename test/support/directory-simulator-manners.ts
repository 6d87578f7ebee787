/** How a simulated domain controller behaves in one test: plain data and small functions, each left out where it should behave well. */

import type { LdapResult } from './directory-simulator-messages.ts';
import type { SimulatedTree } from './directory-simulator-tree.ts';

/** One request as it came in. */
export interface Asked {
  readonly operation: 'bind' | 'search' | 'modify' | 'add' | 'delete' | 'extended';
  /** Counts the requests of this operation since the server started, from 0. */
  readonly nth: number;
  /** Base of a search, target of a write, name of a bind, OID of an extended operation. */
  readonly dn: string;
  /** Of searches: `''` for the other operations. */
  readonly scope: 'base' | 'one' | 'sub' | '';
  /** Which page of its search this asks for, from 0. */
  readonly page: number;
  readonly attributes: readonly string[];
  /** derefAliases (RFC 4511 section 4.5.1.3): 0 is never. */
  readonly deref: number;
}

export interface FoundEntry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

export interface SearchAnswer {
  readonly entries: readonly FoundEntry[];
  /** URLs of search references. */
  readonly references: readonly string[];
  readonly result: LdapResult;
  /** Of the paging control; `''` ends the search; null: no such control in the answer. */
  readonly cookie: string | null;
}

export interface Manners {
  /** MaxPageSize (MS-ADTS 3.1.1.3.4.6): entries in one answer, however many are asked for; 1,000 by default. */
  readonly pageEntriesMax?: number;
  /** MaxValRange (MS-ADTS 3.1.1.3.4.6): values of one attribute in one answer; 1,500 by default. */
  readonly valuesMax?: number;
  /** Pages that come without entries but with a cookie (RFC 2696 section 3 allows them), by number from 0. */
  readonly isEmptyPage?: (page: number) => boolean;
  /** Attributes (in lower case) that the login may not read on an object. */
  readonly withholds?: (dn: string, attribute: string) => boolean;
  /** Objects that the login may not see. */
  readonly hides?: (dn: string) => boolean;
  /** A result instead of doing what was asked. */
  readonly refuses?: (asked: Asked) => LdapResult | undefined;
  /** Somebody else's changes, made just before this request is answered. */
  readonly meanwhile?: (asked: Asked, tree: SimulatedTree) => void;
  /** Milliseconds before it answers. */
  readonly delayMs?: (asked: Asked) => number;
  /** Bytes of the answer that are still sent before the connection is reset. */
  readonly cutsAt?: (asked: Asked) => number | undefined;
  /** The last word on what a search gives. */
  readonly answers?: (asked: Asked, answer: SearchAnswer) => SearchAnswer;
  /** A server without tokenGroups, which answers the n-th "Who am I?" (RFC 4532) like this. */
  readonly whoAmI?: (nth: number) => string;
  /** userPrincipalNames held in other domains of the forest, which must be unique in all of it (MS-ADTS 3.1.1.5.1.3). */
  readonly takenElsewhere?: readonly string[];
}
