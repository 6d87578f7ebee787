/** What people should know of issued things that a plan leaves as they are. */
import { about, type Case } from './case.ts';
import type { Observed } from './change.ts';
import type { Notice } from './plan.ts';

/** Two of one person are on at a time. */
export function severalNotice({ desired, traits }: Case, all: readonly Observed[]): Notice {
  const { called } = traits.thing;
  const off = all.some(({ enabled }) => !enabled);
  const where = all.map(({ location }) => location).join('; ');
  const text = off
    ? `${desired.person.label} has another ${called} that is on beside the one that Muster knows (${where}); Muster switches none on beside it.`
    : `${desired.person.label} has more than one ${called} that is on (${where}); Muster changes none of them.`;
  return about(desired, 'foreign', text, `Delete or switch off all but one ${called} of theirs, then sync again.`);
}

/** One that others gave, and that is not as the entry says. */
export function otherwiseNotice({ desired, traits }: Case, one: Observed): Notice {
  const { called } = traits.thing;
  const { label, key } = desired.person;
  if (one.protectedBecause !== null) {
    return about(desired, 'protected', `The ${called} of ${label} is protected (${one.protectedBecause}).`, null);
  }
  const differing = Object.entries(desired.attributes)
    .filter(([name, value]) => (one.attributes[name] ?? null) !== value)
    .map(([name, value]) => `${name} ${one.attributes[name] ?? 'nothing'} instead of ${value ?? 'nothing'}`);
  const how = differing.length === 0 ? 'and nobody is left to confirm it' : `with ${differing.join(', ')}`;
  const state = one.enabled ? '' : ', and is off';
  const text = `${label} has a ${called} that Muster did not make (${one.location}), ${how}${state}; it is left as it is.`;
  const next = `Correct the ${called} or the entry of ${key}, so that both say the same: then Muster takes it over.`;
  return about(desired, 'exists-not-ours', text, differing.length === 0 ? null : next);
}

/** None is on, but there is one that somebody switched off before Muster knew it. */
export function offNotice({ desired, traits }: Case, one: Observed, wayBack: string | null): Notice {
  const text = `${desired.person.label} ${traits.thing.disabledByHand} (${one.location}); Muster leaves it so, and makes no other.`;
  return about(desired, 'disabled-by-hand', text, wayBack);
}

/** The one that Muster knew is gone, and nobody said why. */
export function lostNotice({ desired, traits }: Case): Notice {
  const { system, key } = desired.address;
  const text = `The ${traits.thing.called} of ${desired.person.label} was deleted or revoked, or is somebody else's now; Muster makes no other by itself.`;
  const next = `Run "muster enable ${key} --system ${system} --reason …" to have another one made.`;
  return about(desired, 'gone', text, next);
}

/** One that the system does not know as anybody's any more: it is Muster's to switch off, but may be of no use to its person. */
export function nobodysNotices({ desired, traits }: Case, { markedKey, location }: Observed): readonly Notice[] {
  if (markedKey !== null || !desired.verdict.allowed) return [];
  const { called } = traits.thing;
  const text = `The ${called} of ${desired.person.label} (${location}) is not known as theirs there any more, so it may not work for them.`;
  const next = `Find out why their account is not found there, or give the ${called} back to them by hand.`;
  return [about(desired, 'marked-otherwise', text, next)];
}
