/** All that an installation would go on from: its database and its sealed passwords, without what differs from run to run. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withRaw } from '../store/raw-database.ts';
import type { TestSite } from './site.ts';

/** What decisions rest on; of the other tables only the number of rows. */
const QUESTIONS = [
  'select person, "classesJson", "changeJson", status, "outcomeJson" from journal order by seq',
  'select fingerprint, failures from failures',
  'select key, "stateJson", "disabledForJson", "goneAt" is null as present from ledger',
  'select name, value from facts',
  'select kind, key, "documentJson", condition from documents',
  'select path, blob from files',
];

/** A cache, and what nothing is decided by. */
const PASSING_TABLES = ['parsedBlobs', 'blobTexts', 'reports'];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Milliseconds since 1970. */
const MOMENT = /\b1[0-9]{12}\b/g;

/** Two installations with equal texts behave alike from here on. */
export async function stateOf(site: TestSite): Promise<string> {
  const rows = withRaw(site.database, (raw) => {
    const ask = (question: string) =>
      raw
        .prepare(question)
        .all()
        .map((row) => JSON.stringify(row))
        .sort();
    const tables = raw.prepare(`select name from sqlite_master where type = 'table'`).pluck().all().map(String);
    const counts = tables
      .filter((name) => !PASSING_TABLES.includes(name))
      .map((name) => `${name} ${raw.prepare(`select count(*) from "${name}"`).pluck().get()}`);
    return [...QUESTIONS.map(ask), counts.sort()];
  });
  const letters = await readdir(join(site.folder, 'outbox')).catch(() => []);
  return JSON.stringify([rows, letters.sort()]).replaceAll(UUID, '#').replaceAll(MOMENT, 'T');
}

/** `username state` of every sealed password that may be in force. */
export async function lettersOf(site: TestSite): Promise<readonly string[]> {
  const letters = await readdir(join(site.folder, 'outbox')).catch(() => []);
  return letters
    .map((name) => name.replaceAll(UUID, '#'))
    .filter((name) => !/\.unused\.age$/.test(name))
    .sort();
}
