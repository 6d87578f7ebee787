/** Alarms: people who should have been shut out in this run and were not, and modes that keep nobody as they were meant to. */
import type { Model } from '../model/model.ts';
import type { Change } from './change.ts';
import { byHandWhileObserved, type ModeSettings, modeOfPeople, observingOf, unknownModeWords } from './modes.ts';
import type { Notice } from './plan.ts';
import type { Applied } from './report.ts';
import { thingOf } from './thing.ts';

/** One urgent notice for each disable that would have taken access away and was not made. */
export function alarms(applied: readonly Applied[]): readonly Notice[] {
  return applied.flatMap(({ change, outcome }): Notice[] => {
    if (change.kind !== 'disable' || change.effect !== 'takes' || outcome.status === 'applied') return [];
    const why = outcome.status === 'failed' ? outcome.error : outcome.because;
    return [stillEnabled(change, why, `${thingOf(change.address.kind).byHand} now.`)];
  });
}

/** What the configured modes bring with them: who should be shut out and is only observed, and a mode that names nobody. */
export function modeNotices(changes: readonly Change[], model: Model, settings: ModeSettings): readonly Notice[] {
  const modeOf = modeOfPeople(model, settings);
  const observed = changes.filter(
    ({ kind, effect, person }) => kind === 'disable' && effect === 'takes' && modeOf(person.key) === 'observe',
  );
  return [
    ...(model.institutions.size === 0 ? [] : unknownModeNotice(observingOf(model, settings)?.unknown ?? [])),
    ...observed.map((change) =>
      stillEnabled(
        change,
        'Nothing of theirs is written while they are only observed.',
        byHandWhileObserved(thingOf(change.address.kind)),
      ),
    ),
  ];
}

/** Said also while nothing is held for it: the next block would go out to people who were to be only observed. */
function unknownModeNotice(unknown: readonly string[]): readonly Notice[] {
  if (unknown.length === 0) return [];
  const { because, release } = unknownModeWords(unknown);
  const text = `Modes: ${because} Everything but blocks is held; blocks and closings go out all the same, also to people whom it was meant for.`;
  return [{ kind: 'modes', person: null, text, next: release, origin: null, urgent: true }];
}

function stillEnabled({ address, person, cause }: Change, why: string, next: string): Notice {
  const thing = thingOf(address.kind);
  return {
    kind: 'still-enabled',
    system: address.system,
    person: person.label,
    text: `${person.label} ${thing.denied} (${cause.text}), but ${thing.still}. ${why}`,
    next,
    origin: cause.origin,
    urgent: true,
  };
}
