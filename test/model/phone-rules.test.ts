/** Rules about phone numbers that no number shows by itself: where they may be, and whose else they are. */
import { describe, expect, test } from 'vitest';
import { type Country, isIn, readCountry, readPhone } from '../../src/model/phone.ts';
import { afterPass, institution, repository, resolved, user } from '../support/model-builder.ts';

const DK_SE = new Set<Country>(['DK', 'SE']);

describe('T4: countries in which a number may be', () => {
  test.each([
    ['+4520123456', true],
    ['+46701740635', true],
    ['+4740000123', false],
    ['+12025550143', false],
    ['+4915123456789', false],
    // A satellite telephone, which is in no country.
    ['+881612345678', false],
  ])('%s: %s', (phone, allowed) => {
    expect(isIn(DK_SE, phone)).toBe(allowed);
  });

  test('are told apart where several share one country code', () => {
    const [us, ca] = ['+12025550143', '+16135550143'];
    expect([isIn(new Set<Country>(['US']), us), isIn(new Set<Country>(['CA']), us)]).toEqual([true, false]);
    expect([isIn(new Set<Country>(['US']), ca), isIn(new Set<Country>(['CA']), ca)]).toEqual([false, true]);
  });

  test('have names of two capital letters', () => {
    expect([readCountry('DK'), readCountry('dk'), readCountry('XX'), readCountry('DNK'), readCountry('')]).toEqual([
      'DK',
      null,
      null,
      null,
      null,
    ]);
  });
});

/** The same digits every time. */
function digits(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test('T4: of numbers made at random, only mobile ones in E.164 pass, and each is in exactly the countries that it passes for', () => {
  const chance = digits(7);
  const alphabet = '0123456789+ ()-.x';
  let passed = 0;
  for (let nth = 0; nth < 20_000; nth += 1) {
    const length = 1 + Math.floor(chance() * 16);
    const body = Array.from({ length }, () => alphabet[Math.floor(chance() * (nth % 2 === 0 ? 10 : 17))]).join('');
    const reading = readPhone(nth % 3 === 0 ? `+45${body}` : `+${body}`);
    if (!reading.ok) continue;
    passed += 1;
    expect(reading.value).toMatch(/^\+[1-9][0-9]{6,14}$/);
    expect(readPhone(reading.value)).toEqual(reading);
    if (reading.value.startsWith('+45')) expect(isIn(DK_SE, reading.value)).toBe(true);
    else if (!reading.value.startsWith('+46')) expect(isIn(DK_SE, reading.value)).toBe(false);
  }
  expect(passed).toBeGreaterThan(100);
});

test.each([
  ['an information service', '+45 90 12 34 56'],
  ['a free call', '+45 80 12 34 56'],
  ['shared costs', '+44 845 123 4567'],
  ['a premium service', '+46 900 123 45 67'],
])('T4: %s is no number for passcodes', (_what, text) => {
  expect(readPhone(text).ok).toBe(false);
});

describe('T4: an entry with a number in another country', () => {
  const inCountries = (phone: string) => ({
    ...repository({ 'institutions/cbs.yaml': [institution('cbs')], 'users/anna.yaml': [user('anna', { phone })] }),
    phoneCountries: DK_SE,
  });
  const told = (phone: string, before?: string) => {
    const remembered =
      before === undefined
        ? []
        : afterPass(
            repository({
              'institutions/cbs.yaml': [institution('cbs')],
              'users/anna.yaml': [user('anna', { phone: before })],
            }),
          );
    const { model, diagnostics } = resolved(inCountries(phone), { remembered });
    const entry = model.users.get('anna');
    return {
      severity: diagnostics.map(({ severity }) => severity),
      condition: entry?.condition,
      phone: entry?.document.phone,
    };
  };

  test('is held where it is new, and the number of before goes on', () => {
    expect(told('+12025550143', '+4520123456')).toEqual({
      severity: ['error'],
      condition: 'held',
      phone: '+4520123456',
    });
    expect(told('+12025550143')).toMatchObject({ severity: ['error'], condition: 'held' });
  });

  test('is only told of where passcodes go there already', () => {
    expect(told('+12025550143', '+12025550143')).toEqual({
      severity: ['warning'],
      condition: 'declared',
      phone: '+12025550143',
    });
  });

  test('is as good as any other where it is in one of the countries', () => {
    expect(told('+46701740635', '+4520123456')).toEqual({ severity: [], condition: 'declared', phone: '+46701740635' });
  });
});
