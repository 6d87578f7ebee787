/** GUIDs, SIDs, times and passwords in Active Directory's own forms; the examples were taken from a domain controller. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  generalizedTimeMs,
  guidBytes,
  guidText,
  sidText,
  unicodePwd,
} from '../../../../src/reconcilers/directory/active-directory/values.ts';

test('objectGUID: the first three fields are little-endian', () => {
  const bytes = Buffer.from('sUj+1CF2HkCkwr/9d7mlcQ==', 'base64');
  expect(guidText(bytes)).toBe('d4fe48b1-7621-401e-a4c2-bffd77b9a571');
  expect(guidBytes('D4FE48B1-7621-401E-A4C2-BFFD77B9A571')).toEqual(bytes);
});

test('objectGUID: bytes come back, and what is no GUID is told', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (array) => {
      const bytes = Buffer.from(array);
      expect(guidBytes(guidText(bytes))).toEqual(bytes);
    }),
  );
  for (const text of ['', '*', 'd4fe48b1', 'd4fe48b1-7621-401e-a4c2-bffd77b9a57x']) expect(guidBytes(text)).toBeNull();
});

test('objectSid', () => {
  expect(sidText(Buffer.from('AQUAAAAAAAUVAAAArV0SPyEVxIOztAy8TgQAAA==', 'base64'))).toBe(
    'S-1-5-21-1058168237-2210665761-3154949299-1102',
  );
  expect(sidText(Buffer.from('AQEAAAAAAAUHAAAA', 'base64'))).toBe('S-1-5-7');
  for (const hex of ['', '01', '0105000000000005']) expect(sidText(Buffer.from(hex, 'hex'))).toBeNull();
});

test('generalized time', () => {
  expect(generalizedTimeMs('20261121191347.0Z')).toBe(Date.UTC(2026, 10, 21, 19, 13, 47));
  for (const text of ['', 'now', '2026-11-21T19:13:47Z', '20261321191347.0Z'])
    expect(generalizedTimeMs(text)).toBeNaN();
});

test('unicodePwd is quoted UTF-16LE', () => {
  expect(unicodePwd('Ø1').toString('hex')).toBe('2200d80031002200');
});
