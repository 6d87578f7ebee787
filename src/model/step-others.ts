/** What a step does besides people, blocks and institutions: hosted servers, confirmed tasks, and files that hold no entries. */
import { type ConfirmedTask, type Entry, type HostedServer, SERVER_STEPS } from './document.ts';
import { MUSTER_FILE } from './muster-file.ts';
import type { StepItem } from './step-item.ts';
import { filesOf, placing } from './step-placing.ts';
import { isSameEntry, type Sides } from './step-sides.ts';

const QUIET = {
  person: null,
  effect: 'neither',
  severity: 'info',
  gaining: [],
  losing: [],
  wouldGain: [],
  next: null,
} as const;

export function workItems(sides: Sides): readonly StepItem[] {
  const [before, after] = [sides.before.model, sides.after.model];
  return [
    ...changed(before.hostedServers, after.hostedServers, (was, is) => serverItem(was, is, sides)),
    ...changed(before.confirmedTasks, after.confirmedTasks, confirmationItem),
  ];
}

/** Those that say something else and have no mistake, which is told by itself. */
function changed<D>(
  before: readonly Entry<D>[],
  after: readonly Entry<D>[],
  itemOf: (was: Entry<D> | undefined, is: Entry<D>) => StepItem,
): readonly StepItem[] {
  const known = new Map(before.map((entry) => [entry.key, entry]));
  return after.flatMap((is) => {
    const was = known.get(is.key);
    if (is.condition === 'held' || (was !== undefined && isSameEntry(was, is))) return [];
    return is.condition === 'vanished' && (was === undefined || was.condition === 'vanished') ? [] : [itemOf(was, is)];
  });
}

function serverItem(was: Entry<HostedServer> | undefined, is: Entry<HostedServer>, sides: Sides): StepItem {
  const { document: now, key } = is;
  const called = `The hosted server ${now.name} (\`${now.id}\`)`;
  const base: Omit<StepItem, 'text'> = {
    ...{ ...QUIET, ...placing(is), paths: filesOf(was, is) },
    ...{ does: 'changes-other', kind: 'server', key, institution: now.institution },
  };
  if (was === undefined) return { ...base, text: `${called} is new.` };
  if (is.condition === 'vanished') {
    const held = sides.resolution.heldEntries.find((one) => one.kind === 'server' && one.key === key);
    if (held === undefined) return { ...base, text: `${called}, which is done with, is no longer declared.` };
    const next = held.fix === null ? null : `Write:\n${held.fix}`;
    return { ...base, severity: 'warning', text: held.text, next };
  }
  const old = was.document;
  const steps = SERVER_STEPS.filter((step) => old.steps[step] !== now.steps[step]);
  const days = steps.map((step) => `${step} ${now.steps[step] ?? 'not yet'}`);
  const cancelled = old.cancelled === now.cancelled ? [] : [`cancelled ${now.cancelled ?? 'no longer'}`];
  const what = [...days, ...cancelled];
  return { ...base, text: what.length === 0 ? `${called} is described otherwise.` : `${called}: ${what.join(', ')}.` };
}

function confirmationItem(was: Entry<ConfirmedTask> | undefined, is: Entry<ConfirmedTask>): StepItem {
  const { task, done, by } = is.document;
  const base = { ...QUIET, ...placing(is), paths: filesOf(was, is), does: 'changes-other' } as const;
  const gone =
    is.condition === 'vanished' ? 'is gone from the file' : `: done on ${done}${by === null ? '' : ` by ${by}`}`;
  const text = `The confirmation of task ${task}${is.condition === 'vanished' ? ' ' : ''}${gone}.`;
  return { ...base, kind: 'confirmed-task', key: is.key, institution: null, text };
}

/** `paths`: those that differ and hold no entries. */
export function settingsItems(paths: readonly string[]): readonly StepItem[] {
  return paths.map((path) => ({
    ...{ ...QUIET, institution: null, kind: null, key: path, does: 'changes-settings' as const },
    ...{ file: path, line: 1, paths: [path] },
    text:
      path === MUSTER_FILE
        ? `${path} changes, which says for which Muster this repository is.`
        : `${path} changes; it holds no entries.`,
  }));
}
