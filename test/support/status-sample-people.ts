/** The people and the words of the invented installation that a status page shows. */
import type { Cause } from '../../src/core/change.ts';

/** A quarter past eight in the evening, in Copenhagen. */
export const SAMPLE_NOW = Date.UTC(2026, 10, 26, 19, 15);
export const SAMPLE_ZONE = 'Europe/Copenhagen';
export const SAMPLE_SITE = {
  instance: 'research-service',
  mode: 'enforce',
  systems: ['directory'],
  channels: [
    {
      system: 'directory',
      thing: 'account',
      afterShutting: [{ text: 'sessions that are open go on: log them off by hand', lasts: null }],
    },
  ],
  timeZone: SAMPLE_ZONE,
} as const;

export const REVISION = 'b068e40986f1d2c3b4a5968778695a4b3c2d1e0f';
export const COMMIT = { author: 'Rita Service', committer: 'Bo Merge' };

/** Turns a plain name, reason or place into what is stored: people wrote it, or somebody else's directory said it. */
export type SampleWords = (plain: string) => string;

export interface SamplePerson {
  readonly key: string;
  readonly given: string;
  readonly family: string;
  readonly institution: string;
}

export const PEOPLE: readonly SamplePerson[] = [
  { key: 'ajensen', given: 'Anna', family: 'Jensen', institution: 'northlake' },
  { key: 'ebakke', given: 'Eirik', family: 'Bakke', institution: 'fjord-institute' },
  { key: 'hnakata', given: 'Haruka', family: 'Nakata', institution: 'northlake' },
  { key: 'jvandenberg', given: 'Joris', family: 'van den Berg', institution: 'northlake-medicine' },
  { key: 'lnygaard', given: 'Lone', family: 'Nygaard', institution: 'northlake-medicine' },
  { key: 'mholm', given: 'Mads', family: 'Holm', institution: 'northlake' },
  { key: 'sobrien', given: 'Sinéad', family: 'O’Brien', institution: 'northlake' },
  { key: 'tvirtanen', given: 'Tuuli', family: 'Virtanen', institution: 'harbour-lab' },
];

export function sampleCause(kind: string, text: string, file: string, line: number): Cause {
  return { kind, text, origin: { file, line }, institutions: [] };
}

export function labelOf(key: string): string {
  const person = PEOPLE.find((one) => one.key === key);
  return person === undefined ? key : `${person.given} ${person.family} (${key})`;
}
