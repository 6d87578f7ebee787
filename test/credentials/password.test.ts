/** Initial passwords are typable, evenly random and never refused by a domain's complexity rule. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generatePassword } from '../../src/credentials/password.ts';
import { troubleOf } from '../../src/errors.ts';

/** The passwords that a list of random bytes gives; 0 follows when it is used up. */
function bytesFrom(list: readonly number[]): (n: number) => Uint8Array {
  let at = 0;
  return (n) => Uint8Array.from({ length: n }, () => list[at++] ?? 0);
}

const seeds = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 2000, maxLength: 2000 });
const letters = fc.string({ unit: fc.constantFrom(...'cdfhjkmnDFHLT234-'), minLength: 1, maxLength: 20 });

describe('a generated password', () => {
  test('can be typed: four groups of five, nothing that looks like something else', () => {
    fc.assert(
      fc.property(seeds, (list) => {
        const text = generatePassword({ random: bytesFrom(list) }).reveal();
        expect(text).toMatch(/^[a-zA-Z0-9]{5}(-[a-zA-Z0-9]{5}){3}$/);
        expect(text).not.toMatch(/[01OoIlBSZGaeiouyz]/);
      }),
    );
  });

  test('has capitals within A to V, small letters within b to z, digits and a hyphen (MS-SAMR 3.1.1.7.2)', () => {
    fc.assert(
      fc.property(seeds, (list) => {
        const text = generatePassword({ random: bytesFrom(list) }).reveal();
        for (const kind of [/[\x41-\x56]/, /[\x62-\x7a]/, /[\x30-\x39]/, /-/]) expect(text).toMatch(kind);
      }),
    );
  });

  test('contains neither the username nor a part of the name of three letters or more, in any case', () => {
    fc.assert(
      fc.property(seeds, letters, letters, letters, (list, username, given, family) => {
        const names = [username, `${given} ${family}`];
        let text: string;
        try {
          text = generatePassword({ names, random: bytesFrom(list) })
            .reveal()
            .toLowerCase();
        } catch {
          return;
        }
        const parts = [username, ...names.join(' ').split(/[ ,.\t\-_#]/)].filter((part) => part.length >= 3);
        for (const part of parts) expect(text).not.toContain(part.toLowerCase());
      }),
    );
  });

  test('is drawn again when it contains a name', () => {
    const draws = [
      ...Array.from({ length: 20 }, (_, n) => n + 10),
      ...Array.from({ length: 20 }, (_, n) => n * 11 + 5),
    ];
    const first = generatePassword({ random: bytesFrom(draws) }).reveal();
    const part = first.slice(6, 9);
    const again = generatePassword({
      names: ['ajensen', `Anna ${part.toUpperCase()}`],
      random: bytesFrom(draws),
    }).reveal();
    expect(again).not.toBe(first);
    expect(again.toLowerCase()).not.toContain(part.toLowerCase());
    // Two letters are too short to count, as in the rule.
    expect(generatePassword({ names: [part.slice(0, 2)], random: bytesFrom(draws) }).reveal()).toBe(first);
  });

  test('uses every character equally often: all 256 bytes give each of the 32 characters 8 times', () => {
    // Every position sees every byte once; positions differ, so that all classes occur and no draw is refused.
    const draws = Array.from({ length: 256 }, (_, n) =>
      Array.from({ length: 20 }, (_, k) => (n + k * 13) % 256),
    ).flat();
    const random = bytesFrom(draws);
    const counts = new Map<string, number>();
    for (let n = 0; n < 256; n++) {
      for (const character of generatePassword({ random }).reveal().replaceAll('-', '')) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(32);
    expect(new Set(counts.values())).toEqual(new Set([8 * 20]));
  });

  test('differs each time with the real random source', () => {
    expect(new Set(Array.from({ length: 1000 }, () => generatePassword().reveal())).size).toBe(1000);
  });

  test('is refused when the random source is stuck or runs short', () => {
    for (const random of [
      (n: number) => new Uint8Array(n),
      (n: number) => new Uint8Array(n - 1).map((_, k) => k * 3),
    ]) {
      const make = () => generatePassword({ random });
      expect(make).toThrow(/random source/);
      expect(remedyOf(make)).toBe('bug');
    }
  });
});

function remedyOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    return troubleOf(error).remedy;
  }
}
