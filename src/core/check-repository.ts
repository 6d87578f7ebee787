/** Checks the repository alone: as if nothing had been remembered, without any system. */
import type { Diagnostic } from '../diagnostic.ts';
import type { Condition, Instant, Kind } from '../model/document.ts';
import type { Loaded } from '../model/loaded.ts';
import { type Resolution, resolve } from '../model/validate.ts';
import type { Repository } from './ports.ts';

export interface Checked {
  readonly format: 1;
  readonly revision: string;
  /** False: `muster.yaml` is missing or not ours, so that nothing in it counts. */
  readonly trusted: boolean;
  /** Valid entries of each kind. */
  readonly entries: Readonly<Record<Kind, number>>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @param timeZone IANA name, in which a plain date is a day.
 * @throws MusterError where the repository can't be read at all; mistakes in it are diagnostics.
 */
export async function checkRepository(
  repository: Pick<Repository, 'load'>,
  timeZone: string,
  at: Instant,
): Promise<Checked> {
  const loaded = await repository.load();
  return checkedOf(loaded, resolve(loaded, [], { timeZone, operatorBlocks: [], at, forgetful: true }));
}

/** What is told of a revision and what came of it; what only goes on from before is not counted. */
export function checkedOf(loaded: Loaded, { model, diagnostics }: Resolution): Checked {
  const here = (entries: Iterable<{ readonly condition: Condition }>) =>
    [...entries].filter(({ condition }) => condition !== 'vanished').length;
  return {
    format: 1,
    revision: loaded.revision,
    trusted: loaded.trusted,
    entries: {
      institution: here(model.institutions.values()),
      user: here(model.users.values()),
      'blocked-institution': here(model.blockedInstitutions),
      'blocked-user': here(model.blockedUsers),
      'mail-block': here(model.mailBlocks),
      server: here(model.hostedServers),
      'confirmed-task': here(model.confirmedTasks),
    },
    diagnostics,
  };
}
