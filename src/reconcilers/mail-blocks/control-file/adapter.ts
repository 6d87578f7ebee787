/** A control file: a list of blocked people that a site's own mailer reads, wholly Muster's. */
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

export function controlFile(
  { path, line }: ControlFileSettings,
  { instance, clock }: ControlFileSite,
): BlockListAdapter {
  const file = new ListFile(path, controlFileForm(path, instance, line, clock));
  return { connect: () => listIn(file, `control file ${path}`, clock) };
}
