/** Mails about what was put back tell when and where it had been changed by hand. */
import { describe, expect, test } from 'vitest';
import { causeIn } from '../../src/notify/cause-words.ts';
import { readTemplates } from '../../src/notify/templates.ts';

const at = Date.UTC(2026, 2, 1, 13, 5);
const drift = { kind: 'drift', text: 'was changed by hand; the repository says otherwise' };
const told = async (language: 'en' | 'da', server: string | null) =>
  causeIn(await readTemplates(language, null), {
    ...drift,
    byHand: [{ attribute: 'mobile', changed: { at, server } }],
  });

describe('a value that was put back', () => {
  test('is told of with the controller and the moment, in both languages', async () => {
    expect(await told('en', 'DC2')).toBe(
      'why: somebody had changed it by hand on DC2 at 2026-03-01 13:05 UTC; now it is again as the repository says',
    );
    expect(await told('da', 'DC2')).toBe(
      'begrundelse: nogen havde ændret det i hånden på DC2 den 2026-03-01 13:05 UTC; nu er det igen, som der står i registret',
    );
  });

  test('is told of without them where the directory does not tell', async () => {
    const bare = causeIn(await readTemplates('en', null), { ...drift, byHand: [{ attribute: 'mobile' }] });
    expect(bare).toBe('why: somebody had changed it by hand; now it is again as the repository says');
    expect(await told('en', null)).toBe(bare);
  });
});
