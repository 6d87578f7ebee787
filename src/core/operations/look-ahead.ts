/** A look ahead by itself: what dates bring in the days to come, by what counted in the last pass; for a mail once a day. */
import { storedRowsToForecast } from '../coming.ts';
import { desireRemembered } from '../desire.ts';
import { forecast } from '../forecast.ts';
import type { Forecast } from '../outlook.ts';
import type { PassParts } from '../pass.ts';

/** Asks neither the repository nor any system, and writes nothing. */
export async function lookAhead({ store, settings, reconcilers, clock }: PassParts, days: number): Promise<Forecast> {
  const at = clock();
  const want = await desireRemembered(store, settings.timeZone, at);
  const rows = await storedRowsToForecast(reconcilers, store.ledger);
  return forecast({ model: want.resolution.model, at, days, limits: settings.limits, rows });
}
