/** What a step does besides people and blocks: institutions, hosted servers, confirmed tasks, and files that hold no documents. */
import type { Entry, Institution, Kind } from './document.ts';
import { placeOfField } from './field-lines.ts';
import type { StepItem } from './step-item.ts';
import { filesOf, placing } from './step-placing.ts';
import { isSameEntry, type Sides } from './step-sides.ts';

/** `files`: every path that differs. */
export function otherItems(sides: Sides, files: readonly string[]): readonly StepItem[] {
  return [...institutionItems(sides), ...workItems(sides), ...settingsItems(files)];
}

const QUIET = { effect: 'neither', severity: 'info', gaining: [], losing: [], wouldGain: [], next: null } as const;

function institutionItems(sides: Sides): readonly StepItem[] {
  const before = sides.before.model.institutions;
  return [...sides.after.model.institutions.values()].flatMap((is) => {
    const was = before.get(is.key);
    if (was !== undefined && isSameEntry(was, is)) return [];
    return institutionItem(was, is, sides);
  });
}

function institutionItem(
  was: Entry<Institution> | undefined,
  is: Entry<Institution>,
  sides: Sides,
): readonly StepItem[] {
  if (is.condition === 'held') return [];
  const { name, partOf } = is.document;
  const base = {
    ...QUIET,
    does: 'changes-institution' as const,
    kind: 'institution' as const,
    key: is.key,
    person: null,
    institution: is.key,
  };
  if (was === undefined)
    return [{ ...base, ...placing(is), text: `The institution ${name} (\`${is.document.id}\`) is new.` }];
  if (is.condition === 'vanished')
    return was.condition === 'vanished'
      ? []
      : [{ ...base, ...placing(is), text: `The institution ${name} (\`${is.document.id}\`) is no longer declared.` }];
  if (was.document.partOf === partOf)
    return [{ ...base, ...placing(is), paths: filesOf(was, is), text: `${name}: its name or contacts change.` }];
  const people = sides.peopleUnder(is.key);
  const gaining = people.filter((key) => sides.accessChange(key).gained.mail.length > 0);
  const losing = people.filter((key) => sides.accessChange(key).lost.mail.length > 0);
  const effect = gaining.length > 0 ? 'gives' : losing.length > 0 ? 'takes' : 'neither';
  const { file, line } = placeOfField(is, 'partOf');
  const text = `${name} is part of ${partOf ?? 'no other institution'} now, not of ${was.document.partOf ?? 'none'}.`;
  return [{ ...base, file, line, paths: filesOf(was, is), effect, gaining, losing, severity: 'warning', text }];
}

function workItems(sides: Sides): readonly StepItem[] {
  return [
    ...changed('server', sides.before.model.hostedServers, sides.after.model.hostedServers),
    ...changed('confirmed-task', sides.before.model.confirmedTasks, sides.after.model.confirmedTasks),
  ];
}

function changed(kind: Kind, before: readonly Entry<unknown>[], after: readonly Entry<unknown>[]): readonly StepItem[] {
  const known = new Map(before.map((entry) => [entry.key, entry]));
  return after.flatMap((is) => {
    const was = known.get(is.key);
    if (is.condition === 'held' || (was !== undefined && isSameEntry(was, is))) return [];
    const verb = was === undefined ? 'is new' : is.condition === 'vanished' ? 'is gone' : 'changes';
    const text = `${kind === 'server' ? 'The hosted server' : 'The confirmation of'} \`${is.key}\` ${verb}.`;
    return [
      {
        ...QUIET,
        ...placing(is),
        paths: filesOf(was, is),
        does: 'changes-other' as const,
        kind,
        key: is.key,
        person: null,
        institution: null,
        text,
      },
    ];
  });
}

const DOCUMENTS =
  /^(?:institutions|users|servers)\/.*\.yaml$|^(?:blocked-institutions|blocked-users|mail-blocks|confirmed-tasks)\.yaml$/;

function settingsItems(files: readonly string[]): readonly StepItem[] {
  return files
    .filter((path) => !DOCUMENTS.test(path))
    .map((path) => ({
      ...QUIET,
      does: 'changes-settings' as const,
      kind: null,
      key: path,
      person: null,
      institution: null,
      file: path,
      line: 1,
      paths: [path],
      text: `${path} changes, which holds no entries.`,
    }));
}
