/** What lies between two revisions: which files each commit decided, and which a merge decided by itself. */
import { expect, test } from 'vitest';
import { COMMITS_MAX, rangeBetween } from '../../../src/sources/evidence/range.ts';
import { moveBranch, OTTO, RITA, writeCommit } from '../../support/signed-history.ts';
import { inFolder } from '../loading.ts';
import { file, newRepository, type Repository, type TreeItem } from '../real-git.ts';

const A = file('a.yaml', 'a');
const B = file('b.yaml', 'b');

async function inRepository(use: (repository: Repository) => Promise<void>): Promise<void> {
  await inFolder((parent) => use(newRepository(parent)));
}

function commit(repository: Repository, tree: readonly TreeItem[], ...parents: readonly string[]): string {
  return writeCommit(repository, { tree, parents, by: parents.length > 1 ? OTTO : RITA });
}

async function pathsIn({ folder, ...repository }: Repository, from: string, to: string) {
  moveBranch({ folder, ...repository }, to);
  const { commits, changed } = await rangeBetween({ mirror: folder, where: 'here' }, from, to);
  return { commits: commits.map(({ id, paths }) => [id, paths]), changed };
}

test('a commit decides what it changed, also one that is called in the name of a file, and one that changed nothing', async () => {
  await inRepository(async (repository) => {
    const base = commit(repository, [A]);
    const first = commit(repository, [A, B], base);
    const named = commit(repository, [A, B, file(first, 'x'), file('c.yaml', 'c')], first);
    const empty = commit(repository, [A, B, file(first, 'x'), file('c.yaml', 'c')], named);
    expect(await pathsIn(repository, base, empty)).toEqual({
      commits: [
        [first, ['b.yaml']],
        [named, [first, 'c.yaml']],
        [empty, []],
      ],
      changed: [first, 'b.yaml', 'c.yaml'],
    });
  });
});

test('a merge decides nothing that Git makes of both sides, and everything that it makes otherwise', async () => {
  await inRepository(async (repository) => {
    const base = commit(repository, [file('x.yaml', '1')]);
    const left = commit(repository, [file('x.yaml', '1'), A], base);
    const right = commit(repository, [file('x.yaml', '1'), B], base);
    const clean = commit(repository, [file('x.yaml', '1'), A, B], left, right);
    expect((await pathsIn(repository, base, clean)).commits.at(-1)).toEqual([clean, []]);
    const evil = commit(repository, [file('x.yaml', '2'), A, B], left, right);
    expect((await pathsIn(repository, base, evil)).commits.at(-1)).toEqual([evil, ['x.yaml']]);
    const dropped = commit(repository, [file('x.yaml', '1'), A], left, right);
    expect((await pathsIn(repository, base, dropped)).commits.at(-1)).toEqual([dropped, ['b.yaml']]);
  });
});

test('a merge that does not come about by itself, or of three, decides whatever differs from any side', async () => {
  await inRepository(async (repository) => {
    const base = commit(repository, [file('x.yaml', '1')]);
    const left = commit(repository, [file('x.yaml', '2'), A], base);
    const right = commit(repository, [file('x.yaml', '3')], base);
    const solved = commit(repository, [file('x.yaml', '4'), A], left, right);
    expect((await pathsIn(repository, base, solved)).commits.at(-1)).toEqual([solved, ['x.yaml', 'a.yaml']]);
    const third = commit(repository, [file('x.yaml', '1'), B], base);
    const three = commit(repository, [file('x.yaml', '2'), A, B], left, third, base);
    expect((await pathsIn(repository, base, three)).commits.at(-1)?.[1]).toEqual(['b.yaml', 'a.yaml', 'x.yaml']);
  });
});

test('a history of its own that is merged in brings all its files', async () => {
  await inRepository(async (repository) => {
    const base = commit(repository, [A]);
    const alone = commit(repository, [B]);
    const merged = commit(repository, [A, B], base, alone);
    expect((await pathsIn(repository, base, merged)).commits).toEqual([
      [alone, ['b.yaml']],
      [merged, []],
    ]);
  });
});

test('more commits than anybody looks at wait for an operator', async () => {
  await inRepository(async (repository) => {
    const base = commit(repository, [A]);
    const tree = repository.git(['rev-parse', `${base}^{tree}`]);
    const commits = Array.from({ length: COMMITS_MAX + 1 }, (_, n) =>
      [
        `commit refs/heads/many`,
        `committer Rita <rita@example.org> ${n} +0000`,
        'data 1',
        'x',
        n === 0 ? `from ${base}\nM 040000 ${tree} ` : '',
      ].join('\n'),
    );
    repository.git(['fast-import', '--quiet'], `${commits.join('\n')}\n`);
    const head = repository.git(['rev-parse', 'refs/heads/many']);
    await expect(pathsIn(repository, base, head)).rejects.toThrow(`muster approve-revision ${base}..${head}`);
  });
});
