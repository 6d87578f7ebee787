/** A part of the table of catastrophes on a real domain controller: what was shown over an embedded directory holds there as well. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BLOCKS } from '../scenarios/catastrophe-table-blocks.ts';
import { EDITS } from '../scenarios/catastrophe-table-edits.ts';
import { HANDS } from '../scenarios/catastrophe-table-hands.ts';
import { REPOSITORY } from '../scenarios/catastrophe-table-repository.ts';
import { suffer } from '../support/catastrophe.ts';
import { missingForSamba } from '../support/samba.ts';
import { makeSambaGrounds, type SambaGrounds } from '../support/samba-ground.ts';

/** Of each kind some; each takes a second or two. */
const CHOSEN: ReadonlySet<string> = new Set([
  'S4: muster.yaml is that of another instance',
  'S4: all people are deleted',
  'S4: everything but muster.yaml is deleted',
  'Y1: every file but muster.yaml is emptied',
  'Y1: every file is cut off in the middle',
  'P4: both block lists are emptied',
  'P4: every block of a person is lifted',
  'P1: everybody is closed',
  'P1: every institution becomes part of one that is blocked',
  'P1: everybody gets one and the same number',
  'P1: every username changes',
  'P1: forty new people',
  'D17: everybody is disabled by hand',
  'D17: everybody who is shut out is enabled by hand',
  'D7: everybody is renamed by hand',
  'D7: everybody is moved out of the managed units',
  'D7: five accounts are deleted by hand',
  'D15: everybody is made an administrator',
  'P7: every mark is that of another instance',
  'D17: everybody gets one number by hand',
]);
const TABLE = [...REPOSITORY, ...BLOCKS, ...EDITS, ...HANDS].filter(({ title }) => CHOSEN.has(title));

describe.skipIf(missingForSamba().length > 0)('a catastrophe, on a domain controller', () => {
  let grounds: SambaGrounds;
  beforeAll(async () => {
    grounds = await makeSambaGrounds();
  });
  afterAll(() => grounds.remove());

  test.each(TABLE.map((one) => [one.title, one] as const))('%s, on a domain controller', async (_title, one) => {
    const { page, exit, written } = await suffer(one, await grounds.next());
    expect({ exit, written }).toEqual({ exit: one.exit ?? 2, written: one.written ?? {} });
    // The place of an account is another than in an embedded directory.
    expect(page).toContain(one.says.split(/, to CN=|\(CN=/, 1)[0]);
  });
});

test('every one that was chosen is in the table', () => {
  expect(new Set(TABLE.map(({ title }) => title))).toEqual(CHOSEN);
});
