/** What is coming by dates, for a report that was asked for it. */
import type { Wanted } from './desire.ts';
import { forecast } from './forecast.ts';
import type { Limits } from './limits.ts';
import type { Ledger, LedgerRow, Reconciler } from './ports.ts';
import type { Recalled } from './recall.ts';
import type { Report } from './report.ts';
import type { Traits } from './traits.ts';

/** The report with a look so many days ahead; as it was where `days` is undefined. */
export function withForecast(
  report: Report,
  limits: Limits,
  days: number | undefined,
  { resolution }: Wanted,
  reconcilers: readonly Reconciler[],
  { ledger }: Recalled,
): Report {
  if (days === undefined) return report;
  const rows = rowsToForecast(reconcilers, ledger);
  return { ...report, forecast: forecast({ model: resolution.model, at: report.startedAt, days, limits, rows }) };
}

/** Those of things whose making is what begins access: what everybody has by itself, or what follows an account, says nothing of it. */
export function rowsToForecast(
  reconcilers: readonly Reconciler[],
  ledger: ReadonlyMap<string, readonly LedgerRow[]>,
): readonly LedgerRow[] {
  return reconcilers.flatMap(({ system, traits }) => (isOwn(traits) ? (ledger.get(system) ?? []) : []));
}

/** The same, asked of a store. */
export async function storedRowsToForecast(
  reconcilers: readonly Reconciler[],
  ledger: Pick<Ledger, 'all'>,
): Promise<readonly LedgerRow[]> {
  const made = reconcilers.filter(({ traits }) => isOwn(traits));
  return (await Promise.all(made.map(({ system }) => ledger.all(system)))).flat();
}

function isOwn({ thing }: Traits): boolean {
  return !thing.innate && thing.leansOn === null;
}
