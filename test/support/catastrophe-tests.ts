/** Runs a table of catastrophes over copies of one healthy installation: what is written, what is said, and that it can be undone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Limits } from '../../src/core/limits.ts';
import { type Catastrophe, remembered, repaired, suffer } from './catastrophe.ts';
import { type EmbeddedGround, makeTemplate, SMALL, type Template } from './embedded-ground.ts';
import { type Account, isEnabled, type Written } from './ground.ts';
import { planned } from './story.ts';

/** Sixty accounts with a sealed password each, beside whatever else the machine does. */
const TEMPLATE_TIMEOUT_MS = 60_000;

/** Of the page that a failure shows. */
const SHOWN = 300;

/** A test for each; call it once in a file. */
export function catastropheTests(table: readonly Catastrophe[], source: 'folder' | 'git' = 'folder'): void {
  let template: Template;
  beforeAll(async () => {
    template = await makeTemplate(source);
  }, TEMPLATE_TIMEOUT_MS);
  afterAll(() => template.remove());

  test.each(table.map((one) => [one.title, one] as const))('%s', async (_title, one) => {
    const ground = await template.copy(one.options);
    try {
      const healthy = await ground.accounts();
      const putBack = await remembered(ground);
      const { page, exit, written } = await suffer(one, ground);
      expect.soft({ exit, written }, page.slice(0, SHOWN)).toEqual({ exit: one.exit ?? 2, written: one.written ?? {} });
      expect.soft(page).toContain(one.says);
      if (one.approved !== true) expect.soft(bulk(written, { ...SMALL, ...one.options?.limits })).toEqual([]);
      if (one.undo === undefined || Array.isArray(one.undo)) await undone(one, ground, healthy, putBack);
    } finally {
      await ground.scene.close();
    }
  });
}

/** No lasting damage: once it is undone there is nothing to do, and everybody has what they had. */
async function undone(
  one: Catastrophe,
  ground: EmbeddedGround,
  healthy: ReadonlyMap<string, Account>,
  putBack: () => Promise<void>,
): Promise<void> {
  await repaired(ground);
  // What Muster wrote stands in the accounts: then only Muster may put them back.
  if (one.written === undefined) await putBack();
  for (const step of Array.isArray(one.undo) ? one.undo : []) await step(ground);
  const report = await ground.sync();
  if (one.written !== undefined) {
    await ground.approve(report);
    await ground.sync();
  }
  expect(planned(await ground.plan())).toEqual([]);
  expect(access(await ground.accounts())).toEqual(access(healthy));
}

function access(accounts: ReadonlyMap<string, Account>): readonly string[] {
  return [...accounts.values()]
    .map((account) => `${account.values.sAMAccountName} ${isEnabled(account)} ${account.values.mobile}`)
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Kinds of writes of which there were more than the widest limit that they may count in. */
function bulk(written: Written, limits: Limits): readonly string[] {
  const perDay = (...classes: readonly ('disable' | 'enable' | 'create' | 'update' | 'phone' | 'block' | 'lift')[]) =>
    Math.max(...classes.map((name) => Math.max(limits[name].perDay ?? 0, limits[name].people ?? 0)));
  const most: Required<Written> = {
    created: perDay('create'),
    disabled: Math.max(perDay('disable', 'block'), limits.block.institutionPeople),
    enabled: Math.max(perDay('enable', 'lift'), limits.lift.institutionPeople),
    changed: perDay('update', 'phone'),
    deleted: 0,
  };
  return Object.entries(written).flatMap(([kind, count]) =>
    // Object.entries knows the names of keys as texts only.
    count > most[kind as keyof Written] ? [`${kind}: ${count}`] : [],
  );
}
