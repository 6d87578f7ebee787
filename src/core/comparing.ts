/** Comparing in a pass: once a day, and whenever somebody asks, how far each system that was read is as the repository says. */
import { dayAfter, dayOf } from '../model/day.ts';
import type { Day, Instant } from '../model/document.ts';
import { AGREEMENT_DAYS_KEPT, type Agreement, type AgreementMemory, agreementIn } from './agreement.ts';
import type { Wanted } from './desire.ts';
import type { ModeSettings } from './modes.ts';
import type { SystemResult } from './system-pass.ts';

interface ComparingParts {
  readonly settings: ModeSettings & { readonly timeZone: string };
  /** Absent: nowhere. */
  readonly agreement?: AgreementMemory;
}

/** Whether a system is to be compared. */
export type Compares = (system: string) => boolean;

/**
 * Whoever asks has everything compared; of itself a pass compares each system once a day, the first time that it can be read.
 * @param keeps whether what is found may be written down
 */
export async function systemsToCompare(
  { agreement, settings }: ComparingParts,
  { asked, keeps, at }: { readonly asked: boolean; readonly keeps: boolean; readonly at: Instant },
): Promise<Compares> {
  if (asked) return () => true;
  if (agreement === undefined || !keeps) return () => false;
  const done = await agreement.recorded(dayOf(at, settings.timeZone));
  return (system) => !done.has(system);
}

/** @param all true where everybody is to be named. */
export function agreementOf(
  { settings }: ComparingParts,
  want: Wanted,
  systems: readonly SystemResult[],
  at: Instant,
  all: boolean,
): readonly Agreement[] {
  const { model } = want.resolution;
  const compared = { model, settings, revision: want.loaded.revision, at, all };
  return systems.flatMap(({ system, gaps = null }) => (gaps === null ? [] : agreementIn(system, gaps, compared)));
}

export async function keepAgreement(
  { agreement, settings }: ComparingParts,
  rows: readonly Agreement[],
  at: Instant,
): Promise<void> {
  if (agreement === undefined || rows.length === 0) return;
  await agreement.put(rows, keptSince(at, settings.timeZone));
}

/** The first day that is kept. */
function keptSince(at: Instant, timeZone: string): Day {
  return dayAfter(dayOf(at, timeZone), -AGREEMENT_DAYS_KEPT);
}
