/** Modes: for which institutions what is planned is done, and for which it is only shown. */
import type { Model } from '../model/model.ts';
import type { Thing } from './thing.ts';

/** `enforce`: what is planned is done. `observe`: it is shown, and nothing is written, blocks included (decision 0028). */
export type Mode = 'enforce' | 'observe';

/** What the configuration says. */
export interface ModeSettings {
  /** Of everybody whose institution has none of its own. */
  readonly mode: Mode;
  /** By key of an institution: of its people and of everybody's below it; absent: none has one of its own. */
  readonly modes?: ReadonlyMap<string, Mode>;
}

/** Whether a run may write for anybody. */
export function runMode({ mode, modes }: ModeSettings): Mode {
  return mode === 'enforce' || [...(modes?.values() ?? [])].includes('enforce') ? 'enforce' : 'observe';
}

/** Who is only observed in a run that may write. */
export interface Observing {
  isObserved(person: string): boolean;
  /** Keys of institutions that have a mode and are declared nowhere: a slip of the hand would enforce what was to be observed. */
  readonly unknown: readonly string[];
}

/** Null: nobody is, or everybody. */
export function observingOf(model: Model, settings: ModeSettings): Observing | null {
  const { modes } = settings;
  if (modes === undefined || modes.size === 0 || runMode(settings) === 'observe') return null;
  const modeOf = modeOfPeople(model, settings);
  return { isObserved: (person) => modeOf(person) === 'observe', unknown: unknownModes(model, settings) };
}

/** The mode of each person, by the institution where their entry puts them now. */
export function modeOfPeople(model: Model, settings: ModeSettings): (person: string) => Mode {
  const modeOf = institutionModes(model, settings);
  return (person) => modeOf(model.users.get(person)?.document.institution ?? null);
}

/** Keys that have a mode and that the repository does not declare. */
export function unknownModes(
  { institutions }: Pick<Model, 'institutions'>,
  { modes }: ModeSettings,
): readonly string[] {
  return [...(modes?.keys() ?? [])].filter((key) => !institutions.has(key));
}

export function unknownModeWords(unknown: readonly string[]): { readonly because: string; readonly release: string } {
  const named = unknown.map((key) => `"${key}"`).join(', ');
  const because = `the configuration has a mode for ${named}, and there is no such institution, so nobody knows whom it was to keep from being written.`;
  return { because, release: 'Correct "modes" in the configuration.' };
}

/** The people who are only observed; nobody where everybody is. */
export function observedPeople(model: Model, settings: ModeSettings): ReadonlySet<string> {
  const observing = observingOf(model, settings);
  return new Set(observing === null ? [] : [...model.users.keys()].filter((key) => observing.isObserved(key)));
}

/** The mode of an institution's people: its own, that of the nearest one above it that has one, or everybody's. Null: of people without one. */
export function institutionModes(
  { institutions }: Pick<Model, 'institutions'>,
  { mode, modes }: ModeSettings,
): (institution: string | null) => Mode {
  const known = new Map<string, Mode>();
  const modeOf = (key: string, below: ReadonlySet<string>): Mode => {
    const found = known.get(key) ?? modes?.get(key);
    if (found !== undefined) return found;
    const above = institutions.get(key)?.document.partOf ?? null;
    // Institutions in a circle hold nothing of each other.
    const result = above === null || below.has(above) ? mode : modeOf(above, new Set([...below, above]));
    known.set(key, result);
    return result;
  };
  return (key) => (key === null ? mode : modeOf(key, new Set([key])));
}

/** Why the write of anything of that person's is refused; null: it is not. */
export function whyObserved(model: Model, settings: ModeSettings, person: string): string | null {
  const { document } = model.users.get(person) ?? {};
  return document === undefined ? null : whyInstitutionObserved(model, settings, document.institution);
}

/** The same of everybody in an institution. */
export function whyInstitutionObserved(model: Model, settings: ModeSettings, institution: string): string | null {
  if (institutionModes(model, settings)(institution) === 'enforce') return null;
  const name = model.institutions.get(institution)?.document.name ?? institution;
  return `${name} (${institution}) is only observed, so nothing of its people's is written, blocks included.`;
}

/** What to write to have that institution's people looked after. */
export function toEnforce(institution: string): string {
  return `Set "modes: { ${institution}: enforce }" in the configuration when Muster should act there; until then do it by hand.`;
}

/** What to do about somebody who should be shut out, where Muster may not. */
export function byHandWhileObserved({ byHand }: Pick<Thing, 'byHand'>): string {
  return `${byHand} now; Muster writes nothing there while it is only observed.`;
}
