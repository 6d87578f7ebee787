/** The documents say what is there: the tree, the links, and for each failure of the catalogue the test that covers it. */
import { describe, expect, test } from 'vitest';
import { deadLinks, failureRows, pages, rowsIn, textOf } from './architecture/documents.ts';
import { pathsOnDisk, treeIn } from './architecture/project-tree.ts';
import { readSourceTree } from './architecture/source-tree.ts';

/** The catalogue: each family of failures with how many rows it has. */
const FAMILIES: Readonly<Record<string, number>> = {
  S: 10,
  Y: 10,
  D: 17,
  M: 6,
  T: 5,
  P: 9,
  A: 4,
  B: 3,
  H: 4,
  W: 4,
  K: 4,
};

const CATALOGUE = Object.entries(FAMILIES).flatMap(([family, rows]) =>
  Array.from({ length: rows }, (_, n) => `${family}${n + 1}`),
);

describe('the tree in ARCHITECTURE.md', () => {
  const tree = treeIn(textOf('ARCHITECTURE.md'));

  test('is the tree on disk (if not: npm run documents)', () => {
    const onDisk = new Set(pathsOnDisk());
    expect([...onDisk].filter((path) => !tree.has(path))).toEqual([]);
    expect([...tree.keys()].filter((path) => !onDisk.has(path))).toEqual([]);
  });

  test('says of everything what it is for', () => {
    expect([...tree].filter(([, description]) => description === '').map(([path]) => path)).toEqual([]);
  });
});

describe('links', () => {
  test.each(pages())('in %s lead somewhere', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });
});

describe('docs/failures.md', () => {
  const rows = failureRows();
  const named = readSourceTree().flatMap(({ path, testTitles }) =>
    testTitles.flatMap(({ text }) => rowsIn(text).map((row) => ({ row, path }))),
  );

  test('has every row of the catalogue once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(CATALOGUE);
  });

  test('names a test for each row, or says "not yet"', () => {
    expect(rows.filter(({ silent }) => silent).map(({ id }) => id)).toEqual([]);
  });

  test('names only tests whose titles name the row', () => {
    const claims = rows.flatMap(({ id, tests }) => tests.map((path) => ({ row: id, path })));
    const untrue = claims.filter((claim) => !named.some(({ row, path }) => row === claim.row && path === claim.path));
    expect(untrue).toEqual([]);
  });

  test('leaves no test out that names a row (if it does: npm run documents)', () => {
    const listed = (row: string, path: string) => rows.some(({ id, tests }) => id === row && tests.includes(path));
    const forgotten = named.filter(({ row, path }) => !listed(row, path)).map(({ row, path }) => `${row}: ${path}`);
    expect([...new Set(forgotten)]).toEqual([]);
  });
});
