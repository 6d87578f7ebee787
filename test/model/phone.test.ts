/** Phone numbers: every usual way of writing one comes to the same E.164 text; nothing is guessed. */
import { describe, expect, test } from 'vitest';
import { readPhone } from '../../src/model/phone.ts';

describe('Y3: a phone number is text', () => {
  test.each([
    ['+45 20 12 34 56', '+4520123456'],
    ['+4520123456', '+4520123456'],
    ['+45 2012-3456', '+4520123456'],
    ['+45 (20) 12.34.56', '+4520123456'],
    ['+46 70-174 06 35', '+46701740635'],
    ['+47 400 00 123', '+4740000123'],
    ['+49 1512/3456789', '+4915123456789'],
    ['+1 202 555 0143', '+12025550143'],
  ])('%s is %s', (text, number) => {
    expect(readPhone(text)).toEqual({ ok: true, value: number });
  });

  test('E.164 read again is itself', () => {
    const reading = readPhone('+45 20 12 34 56');
    expect(reading.ok && readPhone(reading.value)).toEqual(reading);
  });

  test.each([
    ['0045 20 12 34 56', '+45 20 12 34 56'],
    ['20 12 34 56', '+… 20 12 34 56'],
    ['070-174 06 35', '+… 070-174 06 35'],
    ['+46 (0)70 174 06 35', '+46 70 174 06 35'],
    ['+45\u00a020\u00a012\u00a034\u00a056', '+45 20 12 34 56'],
    ['+45 20\u201312\u201334\u201356', '+45 20-12-34-56'],
  ])('%j is refused, and %s offered', (text, better) => {
    expect(readPhone(text)).toMatchObject({ ok: false, better });
  });

  test.each([
    '+45 20 12 34 5',
    '+45 20 12 34 567',
    '+49 1512 34567',
    '+999 123456789',
    '+45 00 00 00 00',
    '+',
    '+45',
    'tel:+4520123456',
    '+45 20123456;ext=1',
    '+45 20123456 x5',
    'four',
    '+٤٥ 20 12 34 56',
    '+45 20 12 34 56 +45 20 12 34 57',
    `+45 ${'2'.repeat(10_000)}`,
    '+44 20 7946 0958',
  ])('%j is refused without a guess', (text) => {
    const reading = readPhone(text.slice(0, 200));
    expect(reading.ok).toBe(false);
    expect(reading).not.toHaveProperty('better');
  });

  test('where a country has numbers of one length, no beginning of one passes for another', () => {
    // Elsewhere (Finland, Austria) shorter numbers exist: there only the comparison with the last good file tells.
    for (const text of [
      '+45 20 12 34 56',
      '+46 70 174 06 35',
      '+49 1512 3456789',
      '+31 6 12345678',
      '+47 400 00 123',
    ]) {
      const whole = readPhone(text);
      for (let length = 0; length < text.length; length++) {
        const part = readPhone(text.slice(0, length));
        if (part.ok) expect(part).toEqual(whole);
      }
    }
  });
});
