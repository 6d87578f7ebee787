/** A hosted server's entry beside what it said before, and beside the calendar. */
import { describe, expect, test } from 'vitest';
import {
  afterPass,
  confirmation,
  institution,
  repository,
  resolved,
  server,
  startsAt,
} from '../support/model-builder.ts';

const FILE = 'servers/genomics.yaml';
const HERE = { 'institutions/cbs.yaml': [institution('cbs')] };
const at = startsAt('2026-06-15');

function told(...entries: readonly ReturnType<typeof server>[]): readonly string[] {
  return resolved(repository({ ...HERE, [FILE]: entries }), { at }).diagnostics.map(({ message }) => message);
}

describe('a day that has yet to come', () => {
  test.each([
    ['a step', server('genomics', { agreed: '2026-06-16' }), '`agreed` is 2026-06-16, which has yet to come.'],
    ['a confirmation', confirmation('lobatu-kivo', '2026-06-16'), '`done` is 2026-06-16, which has yet to come.'],
  ])('is a mistake of %s until that day', (_what, entry, message) => {
    const path = entry.kind === 'server' ? FILE : 'confirmed-tasks.yaml';
    const files = repository({ ...HERE, [path]: [entry] });
    expect(resolved(files, { at }).diagnostics).toMatchObject([
      { message: expect.stringContaining(message), holds: 'entry' },
    ]);
    expect(resolved(files, { at: startsAt('2026-06-16') }).diagnostics).toEqual([]);
  });
});

describe('a day that was there', () => {
  const remembered = afterPass(repository({ ...HERE, [FILE]: [server('genomics', { agreed: '2026-03-02' })] }), { at });
  const resolvedWith = (entry: ReturnType<typeof server>) =>
    resolved(repository({ ...HERE, [FILE]: [entry] }), { at, remembered });

  test('and is gone stays, and is told with the line to write', () => {
    const { model, diagnostics } = resolvedWith(server('genomics'));
    expect(model.hostedServers[0]?.document).toMatchObject({ steps: { agreed: '2026-03-02' } });
    expect(diagnostics).toMatchObject([{ fix: 'agreed: 2026-03-02' }]);
  });

  test('and says `none` was not done after all', () => {
    const { model, diagnostics } = resolvedWith({ ...server('genomics'), none: ['agreed'] });
    expect(model.hostedServers[0]).toMatchObject({ condition: 'declared', document: { steps: { agreed: null } } });
    expect(diagnostics).toEqual([]);
  });

  test('and was corrected counts as it says now', () => {
    const { model } = resolvedWith(server('genomics', { agreed: '2026-03-03' }));
    expect(model.hostedServers[0]?.document.steps.agreed).toBe('2026-03-03');
  });
});

test('a server whose file is gone stays where it stood and is told, until nothing is left to do', () => {
  const last = { agreed: '2026-03-01', signed: '2026-03-01', received: '2026-03-01', installed: '2026-03-01' };
  const over = { ...last, moved: '2026-03-01', informed: '2026-03-01', billed: '2026-03-01' };
  for (const [steps, held] of [
    [last, 1],
    [over, 0],
  ] as const) {
    const remembered = afterPass(repository({ ...HERE, [FILE]: [server('genomics', steps)] }), { at });
    const gone = resolved(repository(HERE), { at, remembered });
    expect(gone.model.hostedServers).toMatchObject([{ condition: 'vanished' }]);
    expect(gone.heldEntries).toHaveLength(held);
    expect(gone.remember.forget).toHaveLength(1 - held);
  }
});

test('two entries of one id that contradict each other change nothing', () => {
  const remembered = afterPass(repository({ ...HERE, [FILE]: [server('genomics')] }), { at });
  const twins = {
    ...HERE,
    [FILE]: [server('genomics', { agreed: '2026-03-02' }), server('genomics', { agreed: '2026-03-03' })],
  };
  expect(resolved(repository(twins), { at, remembered }).model.hostedServers[0]?.document.steps.agreed).toBeNull();
});

test('a server of an institution that nobody declared is a mistake', () => {
  expect(told({ ...server('genomics', {}, { institution: 'nowhere' }) })).toEqual([
    'There is no institution `nowhere`. Declare it under institutions/ first, or name another.',
  ]);
});
