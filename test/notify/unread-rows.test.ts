/** Rows of the audit chain in which nothing can be read: the rest is told, and that there are such rows. */
import { expect, test } from 'vitest';
import type { ActEvent } from '../../src/core/audit.ts';
import { NOON, sampleDisable } from '../contracts/store-samples.ts';
import { begun, HOUR_MS, headings, OPS, reportWith, TEAM } from './notifier-scene.ts';

const DAY_MS = 24 * HOUR_MS;

/** As somebody leaves it who takes a name out of it. */
const NAMELESS = { kind: 'act', act: 'credentials-reissue', person: 'ajensen', phase: 'done', detail: {} };

async function spoilt() {
  const scene = await begun();
  await scene.store.audit.append(NAMELESS as unknown as ActEvent, NOON);
  const { seq } = await scene.store.audit.head();
  return { ...scene, seq };
}

test('K4: people are told of the rows beside it, and operations once of the row that can’t be read', async () => {
  const { tell, clock, made, fresh, seq } = await spoilt();
  await made(sampleDisable('ajensen'));
  await tell.passed(reportWith());
  const mails = await fresh();
  expect(headings(mails)).toEqual([
    `${TEAM}: Muster (demo): 1 person whose access has ended`,
    `${OPS}: Muster (demo): 1 thing needs somebody`,
  ]);
  expect(mails[1]?.text).toContain("Rows of the audit chain that can't be read (1)");
  expect(mails[1]?.text).toContain(`Row ${seq} of the audit chain can't be read: it was changed by hand.`);
  expect(mails[1]?.text).toContain('muster audit verify');
  clock.now += HOUR_MS;
  await tell.passed(reportWith());
  await tell.look();
  expect(await fresh()).toEqual([]);
});

test('K4: one that is the last row is told of as well, and once', async () => {
  const { tell, made, fresh, seq } = await spoilt();
  await tell.look();
  expect((await fresh()).map(({ text }) => text.includes(`Row ${seq} of the audit chain`))).toEqual([true]);
  await made(sampleDisable('ajensen'));
  await tell.passed(reportWith());
  expect(headings(await fresh())).toHaveLength(1);
});

test('K4: the digest lists it for a fortnight, and its end is no news', async () => {
  const { tell, clock, made, fresh, seq } = await spoilt();
  await made(sampleDisable('ajensen'));
  await tell.passed(reportWith());
  await fresh();
  for (let day = 1; day <= 16; day += 1) {
    clock.now += DAY_MS;
    await tell.passed(reportWith());
    const mails = await fresh();
    expect(mails.map(({ topic }) => topic)).toEqual(['digest']);
    expect(mails[0]?.text.includes(`Row ${seq} of the audit chain`)).toBe(day < 14);
  }
});

test('K4: the digest lists one that was spoilt only after it was told', async () => {
  const { tell, clock, fresh, store } = await begun();
  clock.now += DAY_MS - HOUR_MS;
  await store.audit.append(NAMELESS as unknown as ActEvent, clock.now);
  const { seq } = await store.audit.head();
  const told = await store.mails.told();
  await store.mails.record(told.version, { ...told, cursor: seq, mails: [] });
  clock.now += HOUR_MS;
  await tell.passed(reportWith());
  const digest = (await fresh()).find(({ topic }) => topic === 'digest');
  expect(digest?.text).toContain(`Row ${seq} of the audit chain can't be read`);
});
