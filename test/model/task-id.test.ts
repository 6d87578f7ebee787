/** Ids of tasks: said, heard and typed by people, so that no slip makes one of them another. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTaskId, taskIdOf } from '../../src/model/task-id.ts';

const number = fc.integer({ min: 0, max: 2 ** 24 - 1 });

function syllables(id: string): readonly string[] {
  return id.replace('-', '').match(/../g) ?? [];
}

function joined(parts: readonly string[]): string {
  return `${parts.slice(0, 3).join('')}-${parts.slice(3).join('')}`;
}

test('every number has an id of its own, which can be read back in capitals and as two words', () => {
  fc.assert(
    fc.property(number, number, (one, other) => {
      const id = taskIdOf(one);
      expect(readTaskId(id)).toEqual({ ok: true, value: id });
      expect(readTaskId(id.toUpperCase().replace('-', ' '))).toEqual({ ok: true, value: id });
      expect(taskIdOf(other) === id).toBe(other === one);
    }),
  );
});

test('another syllable in one place is never another id', () => {
  fc.assert(
    fc.property(number, number, fc.nat(4), fc.nat(4), (one, other, at, from) => {
      const parts = syllables(taskIdOf(one));
      const slip = joined(parts.with(at, syllables(taskIdOf(other))[from] ?? ''));
      expect(readTaskId(slip).ok).toBe(slip === taskIdOf(one));
    }),
  );
});

test('two neighbours that changed places are never another id, unless they differ by half of all syllables', () => {
  let seen = 0;
  fc.assert(
    fc.property(number, fc.nat(2), (one, at) => {
      const parts = syllables(taskIdOf(one));
      const [a = '', b = ''] = [parts[at], parts[at + 1]];
      const slip = joined(parts.with(at, b).with(at + 1, a));
      if (slip !== taskIdOf(one) && readTaskId(slip).ok) seen += 1;
    }),
    { numRuns: 2000 },
  );
  expect(seen).toBeLessThan(2000 / 10);
});
