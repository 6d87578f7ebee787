/** Postfix: the people who may not send mail, in a map that it asks at each recipient, by their login and by their address. */
import type { Lingering } from '../../../core/traits.ts';
import { listIn } from '../list-file.ts';
import type { BlockListAdapter } from '../port.ts';
import { PostfixMap } from './map.ts';
import type { PostfixSettings } from './settings.ts';

export interface PostfixSite {
  /** Stands in every entry of Muster's. */
  readonly instance: string;
  /** In milliseconds since 1970. */
  readonly clock: () => number;
}

const AFTER_LISTING: readonly Lingering[] = [
  {
    text: 'mail that was taken in before still leaves: "postqueue -p" at the mail server shows it, "postsuper -d ID" ends it',
    lasts: null,
  },
];

export function postfix(settings: PostfixSettings, { instance, clock }: PostfixSite): BlockListAdapter {
  const map = new PostfixMap(settings, instance);
  return { afterShutting: AFTER_LISTING, connect: () => listIn(map, `Postfix map ${settings.map}`, clock) };
}
