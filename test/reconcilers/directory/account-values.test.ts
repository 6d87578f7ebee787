/** Expiry times and account flags, to and from the forms in which Active Directory keeps them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  expiryFromStored,
  expiryToStored,
  isEnabled,
  NEVER_EXPIRES,
  sameExpiry,
  withEnabled,
} from '../../../src/reconcilers/directory/account-values.ts';

describe('accountExpires', () => {
  test.each([
    ['1970-01-01T00:00:00.000Z', '116444736000000000'],
    ['2027-12-31T23:00:00.000Z', '134747676000000000'],
    ['never', NEVER_EXPIRES],
  ])('%s is stored as %s', (iso, stored) => {
    expect(expiryToStored(iso)).toBe(stored);
    expect(expiryFromStored(stored)).toBe(iso);
  });

  test('0 means never too, and is the same as the other never', () => {
    expect(expiryFromStored('0')).toBe('never');
    expect(sameExpiry('0', NEVER_EXPIRES)).toBe(true);
    expect(sameExpiry('0', '116444736000000000')).toBe(false);
    expect(sameExpiry(null, '0')).toBe(false);
  });

  test('every instant comes back to the millisecond, beyond what a JavaScript number could hold', () => {
    const instant = fc.date({ min: new Date('1601-01-02'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, (date) => expiryFromStored(expiryToStored(date.toISOString())) === date.toISOString()),
    );
  });

  test('what is no time is refused and never becomes "no end"', () => {
    for (const text of ['', 'soon', '31-12-2027x', 'Never'])
      expect(() => expiryToStored(text)).toThrow('neither an instant');
  });
});

describe('userAccountControl', () => {
  test('D9: only the disable flag changes, whatever the other 31 are', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (flags, enabled) => {
        const result = withEnabled(String(flags), enabled);
        expect((Number(result) ^ flags) & ~0x2).toBe(0);
        expect(isEnabled(result)).toBe(enabled);
        expect(Number(result)).toBe(Number(result) | 0);
      }),
    );
  });
});
