/** Somebody pushes without end while passes run: each pass is of one commit as a whole, and the next one takes a newer. */
import { afterEach, expect, test } from 'vitest';
import { institution, people } from '../support/desired-state.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSES = 30;
const PEOPLE = ['anna', 'berit', 'carl'];

let scene: Scene;
afterEach(() => scene.close());

/** All three have the number of their commit in their phone number, so that a mixture of two commits shows. */
function numbered(push: number) {
  return people(PEOPLE, { phone: phoneOf(push) });
}

function phoneOf(push: number): string {
  return `+45${20_123_000 + push}`;
}

test('S8: over thirty passes under constant pushes, what is written is of one commit each time, and at the end of the last', async () => {
  scene = await makeScene({ source: 'git', limits: { always: PEOPLE.length } });
  await scene.declare({ ...institution('cbs', 'CBS'), ...numbered(0) });
  await scene.settle();

  const commits = new Map<string, string>();
  let pushes = 0;
  let pushing = true;
  const pusher = (async () => {
    while (pushing) {
      pushes += 1;
      const mine = pushes;
      commits.set(await scene.declare(numbered(mine)), phoneOf(mine));
    }
  })();
  const seen: string[] = [];
  try {
    for (let nth = 0; nth < PASSES; nth += 1) {
      const { plan } = await scene.sync('push');
      const all = await scene.directory.all();
      const phones = new Set(PEOPLE.map((username) => all.get(username)?.values.mobile));
      expect([...phones], plan.revision).toHaveLength(1);
      seen.push(plan.revision);
      // The commit becomes known here once its push has returned, which may be after the pass.
      if (commits.has(plan.revision)) expect([...phones]).toEqual([commits.get(plan.revision)]);
    }
  } finally {
    pushing = false;
    await pusher;
  }
  const order = [...commits.keys()];
  const places = seen.map((revision) => order.indexOf(revision)).filter((place) => place >= 0);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(new Set(seen).size).toBeGreaterThan(5);

  await scene.sync('push');
  const all = await scene.directory.all();
  expect(all.get('anna')?.values.mobile).toBe([...commits.values()].at(-1));
}, 120_000);
