/** Checks the repository alone: as if nothing had been remembered, without any system. */
import type { Diagnostic } from '../diagnostic.ts';
import type { Instant, Kind } from '../model/document.ts';
import { resolve } from '../model/validate.ts';
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
export async function checkRepository(repository: Repository, timeZone: string, at: Instant): Promise<Checked> {
  const loaded = await repository.load();
  const { model, diagnostics } = resolve(loaded, [], { timeZone, operatorBlocks: [], at, forgetful: true });
  return {
    format: 1,
    revision: loaded.revision,
    trusted: loaded.trusted,
    entries: {
      institution: model.institutions.size,
      user: model.users.size,
      'blocked-institution': model.blockedInstitutions.length,
      'blocked-user': model.blockedUsers.length,
      'mail-block': model.mailBlocks.length,
      server: model.hostedServers.length,
      'confirmed-task': model.confirmedTasks.length,
    },
    diagnostics,
  };
}
