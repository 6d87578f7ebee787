/** What is coming by dates, for a report that was asked for it, or by itself from what is remembered. */
import type { Desire } from './desire.ts';
import { desireRemembered } from './desire.ts';
import { type Forecast, forecast } from './forecast.ts';
import type { PassParts } from './pass.ts';
import type { Recalled } from './recall.ts';
import type { Report } from './report.ts';

/** The report with a look so many days ahead; as it was where `days` is undefined. */
export function withForecast(
  report: Report,
  { settings }: Pick<PassParts, 'settings'>,
  days: number | undefined,
  { resolution }: Desire,
  { ledger }: Recalled,
): Report {
  if (days === undefined) return report;
  const rows = [...ledger.values()].flat();
  const { model } = resolution;
  return { ...report, forecast: forecast({ model, at: report.startedAt, days, limits: settings.limits, rows }) };
}

/** By what counted in the last pass: for a mail once a day. Asks neither the repository nor any system. */
export async function coming({ store, settings, reconcilers, clock }: PassParts, days: number): Promise<Forecast> {
  const at = clock();
  const want = await desireRemembered(store, settings.timeZone, at);
  const rows = (await Promise.all(reconcilers.map(({ system }) => store.ledger.all(system)))).flat();
  return forecast({ model: want.resolution.model, at, days, limits: settings.limits, rows });
}
