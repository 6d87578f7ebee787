/** Who is told of a revision that is held because it is not approved: each once per state, also where the forge was away in between. */
import { expect, test } from 'vitest';
import { untoldOfHeld } from '../../src/cli/telling-held.ts';
import type { HeldStanding, LetIn, ToldOfHeld } from '../../src/core/approval/held.ts';
import type { UntoldOutcome } from '../../src/daemon/reviewer.ts';

const [ONE, TWO, MERGE] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
const LAST = 'a'.repeat(40);
const REVISION = 'b'.repeat(40);

function standing(more: Partial<HeldStanding> = {}): HeldStanding {
  const lacks = [{ commit: ONE, text: 'Commit 1 needs one more.', of: ['Otto Operator'] }];
  const held = { from: LAST, to: REVISION, commits: [ONE, TWO, MERGE], lacks, next: 'Have it approved.' };
  return { held, since: Date.UTC(2026, 2, 1, 12), letIn: null, ...more };
}

function letIn(more: Partial<LetIn> = {}): LetIn {
  const by = { signedBy: ['Rita Service'], approvedBy: ['Otto Operator'] };
  return { revision: REVISION, at: Date.UTC(2026, 2, 1, 13), isWhole: true, ...by, commits: [], ...more };
}

/** A forge at which !7 brought the first commit and the merge, and !8 the second; a memory; and what both are asked. */
function desk(now: HeldStanding) {
  const asked: (readonly string[])[] = [];
  let told: ToldOfHeld = { state: null, requests: [] };
  const made = {
    ...{ now, asked },
    knows: () => told,
    look: () =>
      untoldOfHeld({
        branch: 'main',
        timeZone: 'UTC',
        memory: {
          standing: async () => made.now,
          keep: () => Promise.reject(new Error('only a pass keeps it')),
          told: async () => told,
          keepTold: async (given) => {
            told = given;
          },
        },
        server: {
          bringing: async (commits) => {
            asked.push(commits);
            const all = [request(7, [ONE], [MERGE]), request(8, [TWO], [])];
            return all.filter((one) => [...one.commits, ...one.results].some((id) => commits.includes(id)));
          },
        },
      }),
  };
  return made;
}

function request(number: number, commits: readonly string[], results: readonly string[]) {
  return { number, name: `!${number}`, author: 'rie', commits, writers: [], results, approvedBy: [] };
}

async function tell(outcomes: readonly UntoldOutcome[]): Promise<void> {
  for (const { told } of outcomes) await told();
}

test('each merge request that brought something is told once what is missing of it, or that only others are missed', async () => {
  const made = desk(standing());
  const outcomes = await made.look();
  expect(outcomes.map(({ number, topic }) => `${number} ${topic}`)).toEqual(['7 approval', '8 approval']);
  expect(outcomes[0]?.text).toContain('Commit 1 needs one more.');
  expect(outcomes[0]?.text).toContain('Can be approved by Otto Operator.');
  expect(outcomes[1]?.text).toContain('Nothing is missing of what this merge request brought.');
  await tell(outcomes);
  expect(await made.look()).toEqual([]);
  expect(made.asked).toEqual([[ONE, TWO, MERGE]]);
});

test('what was broken off is told again, and of the end whoever may have been told of the beginning', async () => {
  const made = desk(standing());
  await made.look();
  expect((await made.look()).map(({ number }) => number)).toEqual([7, 8]);
  made.now = standing({ letIn: letIn() });
  const outcomes = await made.look();
  expect(outcomes.map(({ number }) => number)).toEqual([7, 8]);
  expect(outcomes[0]?.text).toContain(
    'Approved by Otto Operator. It was taken in with revision bbbbbbbbbb by the pass of 2026-03-01 13:00 (UTC).',
  );
  await tell(outcomes);
  expect(await made.look()).toEqual([]);
  expect(made.knows().requests).toEqual([]);
});

test('each is told who answered for its own commits, and one whose commits did not come in that they did not', async () => {
  const made = desk(standing());
  await tell(await made.look());
  const commits = [{ commit: TWO, signedBy: ['Rita Service'], approvedBy: [] }];
  made.now = standing({ letIn: letIn({ isWhole: false, commits }) });
  const [first, second] = await made.look();
  expect(first?.text).toContain('No longer in the branch');
  expect(second?.text).toContain('Rita Service answered for it, and nobody else has to.');
});

test('what is held anew without a merge request’s commits tells it that they are gone, and no more after that', async () => {
  const made = desk(standing());
  await tell(await made.look());
  made.now = standing({ held: { ...standing().held, commits: [TWO] } });
  const outcomes = await made.look();
  expect(outcomes.find(({ number }) => number === 7)?.text).toContain('nothing of it is applied');
  await tell(outcomes);
  expect(made.knows().requests.map(({ number }) => number)).toEqual([8]);
});

test('where no merge request brought it nobody is told, and the forge is not asked again', async () => {
  const made = desk(standing({ held: { ...standing().held, commits: ['4'.repeat(40)] } }));
  expect(await made.look()).toEqual([]);
  expect(await made.look()).toEqual([]);
  expect(made.asked).toHaveLength(1);
});

test('of very many commits the forge is asked about some, and first about those of which something is missing', async () => {
  const many = Array.from({ length: 300 }, (_, n) => String(n).padStart(40, 'e'));
  const last = many.at(-1) ?? '';
  const lacks = [{ commit: last, text: 'It needs one more.', of: [] }];
  const made = desk(standing({ held: { ...standing().held, commits: many, lacks } }));
  await made.look();
  expect(made.asked[0]).toHaveLength(100);
  expect(made.asked[0]?.[0]).toBe(last);
});
