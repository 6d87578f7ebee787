/** Two people write one entry: plan, audit chain and `why` name the one who wrote the line that decided. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChangeEvent } from '../../src/core/audit.ts';
import { whyOf } from '../../src/core/why.ts';
import { gitSource } from '../../src/sources/git.ts';
import { makeCompany } from '../support/company.ts';
import { blocks, daysFromToday, type Files, institution, person } from '../support/desired-state.ts';
import type { Scene } from '../support/scene.ts';

const SECOND = 'Per Second';
const THIRD = 'Ulla Third';
const YESTERDAY = daysFromToday(-1);
const TODAY = daysFromToday(0);

let scene: Scene;
beforeAll(async () => {
  scene = await makeCompany({ source: 'git' });
}, 60_000);
afterAll(() => scene.close());

/** The changes that come of it, as the audit chain tells them. */
async function changesAfter(files: Files, author: string): Promise<readonly ChangeEvent[]> {
  const { seq } = await scene.store.audit.head();
  await scene.declare(files, undefined, author);
  await scene.settle();
  const rows = await scene.store.audit.rows({ after: seq, limit: 100 });
  return rows.flatMap(({ event }) => (event.kind === 'change' ? [event] : []));
}

const placeIn = ({ cause: { origin } }: ChangeEvent) => `${origin?.file}:${origin?.line}`;
const nameIn = ({ line }: ChangeEvent) => line?.author.replace(/ <.*/, '');
const told = (changes: readonly ChangeEvent[]) => changes.map((one) => [one.change, placeIn(one), nameIn(one)]);

/** The places and authors of a person's reasons, and of what no longer holds. */
async function why(username: string) {
  const source = gitSource({ url: `${scene.home}/origin.git`, branch: 'main' }, { mirror: `${scene.home}/mirror` });
  const { reasons, ended } = await whyOf(scene.parts(), source, username);
  return [...reasons, ...ended].map(({ kind, origin, authorship }) => [
    kind,
    `${origin?.file}:${origin?.line}`,
    authorship?.author,
  ]);
}

describe('whoever wrote the line that decided it is named, not who wrote the entry', () => {
  test('of a phone number', async () => {
    const changes = await changesAfter(person('anna', { phone: '+45 28 11 11 11' }), SECOND);
    expect(told(changes)).toEqual([['update', 'users/cbs/anna.yaml:4', SECOND]]);
  });

  test('of two values that two people changed: both', async () => {
    await scene.declare(person('berit', { phone: '+45 28 22 22 22' }), undefined, SECOND);
    const both = person('berit', { phone: '+45 28 22 22 22', email: 'b.jensen@example.org' });
    const [update, ...others] = await changesAfter(both, THIRD);
    expect(others).toEqual([]);
    const { origin, furtherOrigins = [] } = update?.cause ?? {};
    const places = [...(origin ? [origin] : []), ...furtherOrigins].map(({ line }) => line);
    expect(new Set(places)).toEqual(new Set([3, 4]));
    const authors = [update?.line, ...(update?.furtherLines ?? [])].map((one) => one?.author.replace(/ <.*/, ''));
    expect(new Set(authors)).toEqual(new Set([SECOND, THIRD]));
  });

  test('of a last day, and of a closing', async () => {
    const ended = await changesAfter(person('carl', { ends: YESTERDAY }), SECOND);
    expect(told(ended).filter(([change]) => change === 'disable')).toEqual([
      ['disable', 'users/cbs/carl.yaml:7', SECOND],
    ]);
    await changesAfter(person('carl', { ends: YESTERDAY, state: 'closed' }), THIRD);
    expect(await why('carl')).toEqual([
      ['closed', 'users/cbs/carl.yaml:6', THIRD],
      ['ended', 'users/cbs/carl.yaml:7', SECOND],
    ]);
  });

  test('of opening again what was closed', async () => {
    await changesAfter(person('emil', { institution: 'dtu', state: 'closed' }), SECOND);
    const changes = await changesAfter(person('emil', { institution: 'dtu', state: 'active' }), THIRD);
    expect(told(changes)).toEqual([['enable', 'users/dtu/emil.yaml:6', THIRD]]);
  });

  test('of a block, and of its lift', async () => {
    const since = daysFromToday(-9);
    const blocked = await changesAfter(blocks('user', [{ target: 'dora', from: since }]), SECOND);
    expect(told(blocked)).toEqual([['disable', 'blocked-users.yaml:3', SECOND]]);
    const lifted = await changesAfter(blocks('user', [{ target: 'dora', from: since, lifted: TODAY }]), THIRD);
    expect(told(lifted)).toEqual([['enable', 'blocked-users.yaml:4', THIRD]]);
    expect(await why('dora')).toEqual([['person-blocked', 'blocked-users.yaml:4', THIRD]]);
  });

  test('of the name of an institution: its line before that of whoever belongs to it', async () => {
    const changes = await changesAfter(institution('dtu', 'DTU Research'), SECOND);
    expect(told(changes)).toEqual([
      ['update', 'institutions/dtu.yaml:2', SECOND],
      ['update', 'institutions/dtu.yaml:2', SECOND],
    ]);
  });

  test('of what is gone from the files nobody is: another entry stands on its line now', async () => {
    const since = daysFromToday(-5);
    await changesAfter(blocks('user', [{ target: 'dora', from: since }]), SECOND);
    await changesAfter(blocks('user', [{ target: 'emil', from: since }]), THIRD);
    expect(await why('dora')).toEqual([
      ['person-blocked', 'blocked-users.yaml:3', undefined],
      ['person-blocked', 'blocked-users.yaml:4', undefined],
    ]);
  });
});
