/** What people of the invented installation do by hand: two hosted servers, and tasks of which some are late. */
import type { Task } from '../../src/core/tasks.ts';
import type { AnyEntry, Day } from '../../src/model/document.ts';
import { SAMPLE_NOW, type SampleWords } from './status-sample-people.ts';

const DAY_MS = 24 * 3_600_000;

export function sampleServers(words: SampleWords): readonly AnyEntry[] {
  return [
    server('northlake-genomics', words('Genomics server'), 'northlake', words, { agreed: '2026-09-30' as Day }),
    server('harbour-imaging', words('Imaging server'), 'harbour-lab', words, {}),
  ];
}

function server(
  id: string,
  name: string,
  institution: string,
  words: SampleWords,
  done: { readonly agreed?: Day },
): AnyEntry {
  const steps = {
    agreed: done.agreed ?? null,
    signed: null,
    received: null,
    installed: null,
    moved: null,
    informed: null,
    billed: null,
  };
  return {
    kind: 'server',
    key: id,
    // As the model brands days once they are checked.
    document: {
      id,
      name,
      purpose: null,
      institution,
      contact: null,
      requested: '2026-09-14' as Day,
      steps,
      cancelled: null,
    },
    origin: { file: words(`servers/${id}.yaml`), line: 1 },
    condition: 'declared',
    knownSince: null,
    rivals: [],
  };
}

export function sampleTasks(words: SampleWords): readonly Task[] {
  return [
    task(
      'kirido-zama',
      { kind: 'server', server: 'northlake-genomics', step: 'signed' },
      words('Have the contract signed'),
      5,
    ),
    task(
      'lofadu-roti',
      { kind: 'person', system: 'badge', person: 'ebakke', act: 'take' },
      words('Take back the badge'),
      2,
    ),
    task('varota-kiki', { kind: 'person', system: 'badge', person: 'hnakata', act: 'give' }, words('Give a badge'), -3),
  ];
}

function task(id: string, subject: Task['subject'], text: string, lateDays: number): Task {
  return {
    id,
    subject,
    title: text,
    text,
    about: text,
    entry: null,
    to: ['badge@example.org'],
    openedAt: SAMPLE_NOW - 20 * DAY_MS,
    openings: 2,
    dueAt: SAMPLE_NOW - lateDays * DAY_MS,
    status: 'open',
    closedAt: null,
    doneBy: null,
    doneOn: null,
    by: null,
    reason: null,
    toldAt: SAMPLE_NOW - 20 * DAY_MS,
    reminders: 1,
    remindedAt: SAMPLE_NOW - DAY_MS,
    escalatedAt: null,
    withdrawalToldAt: null,
  };
}
