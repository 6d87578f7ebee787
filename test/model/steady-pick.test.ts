/** Picking of a list again and again: as if everything were asked about, at the cost of what is another item. */
import { expect, test } from 'vitest';
import { steadyPick } from '../../src/model/reuse.ts';

interface Item {
  readonly name: string;
}

/** Picks those whose names are wanted, and tells which ones it was asked about. */
function picking() {
  const asked: string[] = [];
  const pick = steadyPick(({ name }: Item, wanted: ReadonlySet<string>) => {
    asked.push(name);
    return wanted.has(name);
  });
  return { pick, asked: () => asked.splice(0) };
}

const [anna, bo, carl] = [{ name: 'anna' }, { name: 'bo' }, { name: 'carl' }];

test('only another item in its place is asked about again', () => {
  const { pick, asked } = picking();
  const wanted = new Set(['anna', 'carl', 'dora']);
  expect(pick([anna, bo, carl], wanted)).toEqual([anna, carl]);
  expect(asked()).toEqual(['anna', 'bo', 'carl']);
  const dora = { name: 'dora' };
  expect(pick([anna, dora, carl], wanted)).toEqual([anna, dora, carl]);
  expect(asked()).toEqual(['dora']);
});

test('in another context everything is asked about again', () => {
  const { pick, asked } = picking();
  pick([anna, bo], new Set(['anna']));
  asked();
  expect(pick([anna, bo], new Set(['bo']))).toEqual([bo]);
  expect(asked()).toEqual(['anna', 'bo']);
});

test('a list that grew or shrank is picked from as a whole', () => {
  const { pick } = picking();
  const wanted = new Set(['bo', 'carl']);
  expect(pick([anna, bo], wanted)).toEqual([bo]);
  expect(pick([bo, anna, carl], wanted)).toEqual([bo, carl]);
  expect(pick([carl], wanted)).toEqual([carl]);
});
