/** Tokens for passcodes by SMS: from the repository to the system that sends them, beside the directory. */
import { afterEach, describe, expect, test } from 'vitest';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import { CBS, DTU, makeCompany } from '../support/company.ts';
import { blocks, person } from '../support/desired-state.ts';
import type { Scene, SceneOptions } from '../support/scene.ts';
import { sorted } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

async function running(options: SceneOptions = {}): Promise<Scene> {
  scene = await makeCompany({ tokens: true, ...options });
  return scene;
}

const TODAY = '2026-06-15';
const NEW_NUMBER = '+45 20 99 99 99';
const NEW = '+4520999999';
/** `tokens: disable anna applied`. */
const bySystem = ({ applied }: Report) =>
  sorted(
    applied.map(
      ({ change, outcome }) => `${change.address.system}: ${change.kind} ${change.address.key} ${outcome.status}`,
    ),
  );
const blocked = (target: string, more: { until?: string; lifted?: string } = {}) => ({ target, from: TODAY, ...more });

describe('a person who is declared', () => {
  test('gets one token with their number, in the very pass that makes the account', async () => {
    await running();
    for (const name of [...CBS, ...DTU]) expect(await scene.tokens.reached(name)).toHaveLength(1);
    await scene.declare(person('eva', { phone: NEW_NUMBER }));
    const report = await scene.sync();
    expect(bySystem(report)).toEqual(['directory: create eva applied', 'tokens: create eva applied']);
    expect(exitCodeOf(report)).toBe(0);
    expect(await scene.tokens.reached('eva')).toEqual([NEW]);
    const before = await scene.tokens.text();
    expect((await scene.plan()).plan.changes).toEqual([]);
    await scene.sync();
    expect(await scene.tokens.text()).toBe(before);
  });

  test('has the number changed in place, and stays reachable by no other', async () => {
    await running();
    const before = await scene.tokens.of('anna');
    await scene.declare(person('anna', { phone: NEW_NUMBER }));
    expect(bySystem(await scene.sync())).toEqual(['directory: update anna applied', 'tokens: update anna applied']);
    expect(await scene.tokens.of('anna')).toEqual({ ...before, phone: NEW });
  });
});

describe('whoever may not log in', () => {
  test('gets no passcodes while that is so, from the same token before and after', async () => {
    await running();
    const before = await scene.tokens.of('anna');
    await scene.declare(blocks('user', [blocked('anna')]));
    expect(bySystem(await scene.sync())).toEqual(['directory: disable anna applied', 'tokens: disable anna applied']);
    expect(await scene.tokens.of('anna')).toEqual({ ...before, enabled: false });
    await scene.declare(blocks('user', [blocked('anna', { lifted: TODAY })]));
    expect(bySystem(await scene.sync())).toEqual(['directory: enable anna applied', 'tokens: enable anna applied']);
    expect(await scene.tokens.of('anna')).toEqual(before);
  });
});
