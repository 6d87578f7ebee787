/** A pass of which people are told: what it brings is queued, and as much of it sent as goes at once. */
import type { Report } from '../core/report.ts';
import { MusterError, troubleOf } from '../errors.ts';
import type { Site } from '../wiring.ts';

/**
 * A command begins no mail after so many milliseconds: somebody waits for it, or the next timer. What is left, the next process
 * sends.
 */
const SEND_MS = 5_000;

/** @param notifications null: nobody is to be told. @throws what `work` throws. */
export async function tellingOf(notifications: Site['notifications'], work: () => Promise<Report>): Promise<Report> {
  if (notifications === null) return work();
  const desk = await notifications();
  await desk.ready();
  try {
    const report = await work();
    await desk.passed(report);
    return report;
  } catch (error) {
    if (error instanceof MusterError) await desk.hindered(troubleOf(error));
    throw error;
  } finally {
    await desk.flush(SEND_MS);
  }
}
