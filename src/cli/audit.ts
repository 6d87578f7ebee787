/** `muster audit show`, `verify`, `export`, `accept`: the chain of everything that counts. */
import { type AuditQuery, EMPTY_CHAIN } from '../core/audit.ts';
import { isWhole, verifyAudit } from '../core/audit-proof.ts';
import { readRow } from '../core/audit-reading.ts';
import { acceptHistory } from '../core/operations/acts.ts';
import { fold } from '../model/document.ts';
import { acceptedHistoryPage, auditPage, unreadableWords, verifiedPage } from '../views/audit.ts';
import { csvHeader, csvRow, jsonLine } from '../views/audit-export.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { readMomentPast } from './moment.ts';
import { operatorFrom } from './operator.ts';
import type { ReasonOptions } from './reject.ts';
import { onSite } from './site.ts';

/** What fits on a few screens; the newest are what somebody looks for. */
const SHOWN = 50;
/** More than any chain holds. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;
/** Rows that are held at once while exporting. */
const EXPORT_BATCH = 1_000;

export interface AuditShowOptions {
  readonly user?: string;
  readonly since?: string;
  readonly all?: boolean;
}

export async function auditShow(invocation: Invocation, { user, since, all }: AuditShowOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts: { store, settings, clock } }) => {
    const { timeZone } = settings;
    const limit = all === true ? EVERYTHING : SHOWN + 1;
    const query: AuditQuery = {
      newest: true,
      limit,
      ...(user === undefined ? {} : { person: fold(user) }),
      ...(since === undefined ? {} : { since: readMomentPast(since, timeZone, clock()) }),
    };
    const found = await store.audit.rows(query);
    const more = found.length === limit;
    const rows = more ? found.slice(1) : found;
    const unreadable = await store.audit.unreadable(query);
    await show(invocation, { format: 1, rows, more, unreadable }, () =>
      auditPage(rows, { timeZone, more, unreadable }),
    );
    return 0;
  });
}

export async function auditVerify(invocation: Invocation): Promise<ExitCode> {
  return onSite(invocation, async ({ parts: { store, settings, headFile } }) => {
    const verified = await verifyAudit(store, headFile);
    await show(invocation, verified, () => verifiedPage(verified, settings.timeZone));
    return isWhole(verified) ? 0 : 1;
  });
}

export interface AuditExportOptions {
  readonly as: 'jsonl' | 'csv';
  readonly since?: string;
}

export async function auditExport(invocation: Invocation, { as, since }: AuditExportOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts: { store, settings, clock } }) => {
    const from = since === undefined ? null : readMomentPast(since, settings.timeZone, clock());
    const { terminal } = invocation;
    if (as === 'csv') await terminal.print(csvHeader());
    let last = EMPTY_CHAIN;
    let code: ExitCode = 0;
    for (;;) {
      const rows = await store.audit.stored(last.seq, EXPORT_BATCH);
      if (rows.length === 0) return code;
      const lines: string[] = [];
      for (const row of rows) {
        const asked = from === null || row.at >= from;
        if (asked && readRow(row) !== null) lines.push(as === 'csv' ? csvRow(row) : jsonLine(row, last.hash));
        else if (asked) {
          await terminal.say(unreadableWords(row.seq));
          code = 1;
        }
        last = row;
      }
      await terminal.print(lines.join(''));
    }
  });
}

export async function auditAccept(invocation: Invocation, options: ReasonOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts, log }) => {
    const operator = operatorFrom(invocation.env, options.reason);
    const accepted = await acceptHistory(parts, operator);
    log.info('the database was accepted as it is', { ...accepted, ...operator });
    await show(invocation, { format: 1, ...accepted }, () => acceptedHistoryPage(accepted));
    return 0;
  });
}
