/** A step between two revisions: what it does to whom, worst first. */
import type { CheckedStep } from '../core/check-step.ts';
import type { StepItem } from '../model/step-item.ts';
import { capped } from './changes.ts';
import { type Block, item, line, nextStep, section } from './page.ts';
import { count, people, shortRevision } from './words.ts';

type Group = 'error' | 'gives' | 'takes' | 'warning' | 'info';

const titles: Readonly<Record<Group, string>> = {
  error: 'To correct before this is merged',
  gives: 'Gives access',
  takes: 'Takes access away',
  warning: 'To look at twice',
  info: 'Everything else',
};

const tones = { error: 'bad', gives: 'warn', takes: 'warn', warning: 'warn', info: 'strong' } as const;

export function stepBlocks({ step }: CheckedStep, options: { readonly all: boolean }): readonly Block[] {
  const groups = Map.groupBy(step.items, groupOf);
  const base = step.base === null ? 'nothing' : shortRevision(step.base);
  const from = step.forked ? `where this left ${step.asked} (${base})` : `${step.asked} (${base})`;
  return [
    line(`The step from ${from} to here; ${count(step.files.length, 'file', 'files')} changed.`, 'faint'),
    line(summary(step.items), 'strong'),
    ...step.limits.map(({ because }) => line(`Would wait for an approval: ${because}`, 'warn')),
    ...(Object.keys(titles) as Group[]).flatMap((group) =>
      section(
        `${titles[group]} (${groups.get(group)?.length ?? 0})`,
        capped((groups.get(group) ?? []).map(itemBlock), options),
        tones[group],
      ),
    ),
  ];
}

function groupOf({ severity, effect, gaining, losing }: StepItem): Group {
  if (severity === 'error') return 'error';
  if (effect === 'gives' || gaining.length > 0) return 'gives';
  if (effect === 'takes' || losing.length > 0) return 'takes';
  return severity;
}

function summary(items: readonly StepItem[]): string {
  const [mail, access] = [items.filter(isOfMail), items.filter((one) => !isOfMail(one))];
  const clauses = [
    ...clause(losing(access), ['loses access', 'lose access']),
    ...gained(access, ['gets access', 'get access'], ['has access for longer', 'have access for longer']),
    ...clause(losing(mail), ['may no longer send mail', 'may no longer send mail']),
    ...gained(mail, ['may send mail again', 'may send mail again'], [LONGER_MAIL, LONGER_MAIL]),
  ];
  if (clauses.length > 0) return `${clauses.join(', ')}.`;
  return items.length === 0 ? 'No entry says anything else.' : 'Nobody gets or loses access.';
}

function isOfMail({ kind }: StepItem): boolean {
  return kind === 'mail-block';
}

const LONGER_MAIL = 'may send mail for longer';

type Words = readonly [one: string, many: string];

function losing(items: readonly StepItem[]): ReadonlySet<string> {
  return new Set(items.flatMap((one) => one.losing));
}

/** Whoever has it already, by every item that gives them any, only has it for longer. */
function gained(items: readonly StepItem[], gets: Words, longer: Words): readonly string[] {
  const anew = new Set(items.flatMap((one) => (one.longer === true ? [] : one.gaining)));
  const others = items.flatMap((one) => one.gaining).filter((key) => !anew.has(key));
  return [...clause(anew, gets), ...clause(new Set(others), longer)];
}

function clause(who: ReadonlySet<string>, [one, many]: Words): readonly string[] {
  return who.size === 0 ? [] : [`${people(who.size)} ${who.size === 1 ? one : many}`];
}

function itemBlock({ text, next, file, line: at }: StepItem): Block {
  return item([text, ' (', { code: `${file}:${at}` }, ')'], next === null ? [] : nextStep(next));
}
