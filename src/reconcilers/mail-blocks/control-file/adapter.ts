/** A control file: a list of blocked people that a site's own mailer reads, wholly Muster's. */
import type { Lingering } from '../../../core/traits.ts';
import { ListFile, listIn } from '../list-file.ts';
import type { BlockListAdapter } from '../port.ts';
import { controlFileForm } from './lines.ts';
import type { ControlFileSettings } from './settings.ts';

export interface ControlFileSite {
  /** Stands in the first line. */
  readonly instance: string;
  /** In milliseconds since 1970. */
  readonly clock: () => number;
}

const AFTER_LISTING: readonly Lingering[] = [
  { text: 'mail that the mailer has taken in before may still leave: look into its queue', lasts: null },
];

export function controlFile(
  { path, line }: ControlFileSettings,
  { instance, clock }: ControlFileSite,
): BlockListAdapter {
  const file = new ListFile(path, controlFileForm(path, instance, line, clock));
  return { afterShutting: AFTER_LISTING, connect: () => listIn(file, `control file ${path}`, clock) };
}
