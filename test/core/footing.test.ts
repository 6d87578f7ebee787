import { expect, test } from 'vitest';
import { backTrouble, footingOf, historyOf, isDoubtful, isOfThePast } from '../../src/core/footing.ts';
import { passedOverNotice } from '../../src/core/lost-writes.ts';
import type { Position, SeenServer } from '../../src/core/server-memory.ts';
import { HOUR_MS, NOW } from '../support/reconciliation.ts';

const DC1 = { server: 'CN=DC1', epoch: 'dc1-first', sequence: 100n };
const DC2 = { server: 'CN=DC2', epoch: 'dc2-first', sequence: 900n };

function seen(position: Position, more: Partial<SeenServer> = {}): SeenServer {
  const address = `ldaps://${position.server.slice(3).toLowerCase()}`;
  return { system: 'directory', address, ...position, at: NOW - 60_000, backAt: null, ...more };
}

function standing(position: Position | null, memory: readonly SeenServer[], address = 'ldaps://dc1') {
  return footingOf(address, position, memory, NOW).standing;
}

test('a server that goes on, or stands still, is steady; so is the first one ever, and one without numbers', () => {
  expect(standing({ ...DC1, sequence: 101n }, [seen(DC1)])).toBe('steady');
  expect(standing(DC1, [seen(DC1)])).toBe('steady');
  expect(standing(DC1, [])).toBe('steady');
  expect(standing(null, [seen(DC1)])).toBe('steady');
});

test('D6: one number less in the same life is a server that went back, at whichever address it was seen before', () => {
  expect(standing({ ...DC1, sequence: 99n }, [seen(DC1)])).toBe('back');
  expect(standing({ ...DC1, sequence: 99n }, [seen(DC1)], 'ldaps://alias')).toBe('back');
  const big = { ...DC1, sequence: 2n ** 62n };
  expect(standing({ ...big, sequence: big.sequence - 1n }, [seen(big)])).toBe('back');
});

test('D6: a server that went back stays in doubt when it has counted on past its old number', () => {
  const back = seen(DC1, { backAt: NOW - HOUR_MS });
  const now = footingOf('ldaps://dc1', { ...DC1, sequence: 5000n }, [back], NOW);
  expect(now.standing).toBe('counted-on');
  expect([isDoubtful(now), isOfThePast(now)]).toEqual([true, true]);
});

test('D5: an old copy at another address says nothing against the living server', () => {
  const copy = seen(DC1, { address: 'ldaps://copy', backAt: NOW - HOUR_MS });
  expect(standing({ ...DC1, sequence: 120n }, [seen({ ...DC1, sequence: 110n }), copy])).toBe('steady');
});

test('D6: another life of the same server is in doubt, however high it counts', () => {
  const restored = footingOf('ldaps://dc1', { ...DC1, epoch: 'dc1-second', sequence: 10_000n }, [seen(DC1)], NOW);
  expect(restored.standing).toBe('restored');
  expect([isDoubtful(restored), isOfThePast(restored)]).toEqual([true, false]);
});

test('D5: another server is in doubt for as long as replication may take after the latest work', () => {
  expect(standing(DC2, [seen(DC1)], 'ldaps://dc2')).toBe('elsewhere');
  expect(standing(DC2, [seen(DC1), seen(DC2, { at: NOW - 2 * HOUR_MS })], 'ldaps://dc2')).toBe('elsewhere');
  expect(standing(DC2, [seen(DC1, { at: NOW - 2 * HOUR_MS })], 'ldaps://dc2')).toBe('steady');
  expect(standing(DC2, [seen(DC1, { at: NOW - 30 * 60_000 }), seen(DC2)], 'ldaps://dc2')).toBe('steady');
});

test('D6: what to do with a server that went back in time is said in the words of its kind', () => {
  const words = { anotherLife: 'its epoch is another one', advice: 'Write another epoch.' };
  const back = footingOf('file', { ...DC1, sequence: 99n, words }, [seen(DC1)], NOW);
  expect(backTrouble(back).next).toMatch(/^Write another epoch\. .*ledger rebuild/);
  expect(passedOverNotice(back).next).toBe('Write another epoch.');
  const restored = footingOf('file', { ...DC1, epoch: 'second', words }, [seen(DC1)], NOW);
  expect(historyOf(restored)).toContain('(its epoch is another one)');
});
