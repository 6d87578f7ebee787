/** What is coming by dates, for a report that was asked for it. */
import type { Wanted } from './desire.ts';
import { forecast } from './forecast.ts';
import type { Limits } from './limits.ts';
import type { Recalled } from './recall.ts';
import type { Report } from './report.ts';

/** The report with a look so many days ahead; as it was where `days` is undefined. */
export function withForecast(
  report: Report,
  limits: Limits,
  days: number | undefined,
  { resolution }: Wanted,
  { ledger }: Recalled,
): Report {
  if (days === undefined) return report;
  const rows = [...ledger.values()].flat();
  return { ...report, forecast: forecast({ model: resolution.model, at: report.startedAt, days, limits, rows }) };
}
