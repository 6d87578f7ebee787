/** Ten thousand slips in the id of an institution that many people belong to: none reaches anybody else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { block, institution, repository, resolved, user } from '../support/model-builder.ts';

const SEED = 20_260_303;
const MUTATIONS = 10_000;
/** In one repository, as a broken list would hold them; each is told by itself. */
const MUTATIONS_TOGETHER = 500;
const IDS = ['northlake', 'northlake-medicine', 'harbour-lab', 'fjord-institute', 'summer-school', 'northlake-physics'];
const PEOPLE_EACH = 50;
/** What people or programs might write for "all of them", and what lies on one keyboard. */
const PIECES = [
  '*',
  '.*',
  '%',
  '?',
  '',
  '-',
  '--',
  ' ',
  '_',
  '.',
  '/',
  '\\',
  'a',
  'z',
  '0',
  'x',
  '\u0430',
  '|',
  ',',
  '^',
  '$',
];

type Mutation = (id: string, at: number, piece: string) => string;

const MUTATE: readonly Mutation[] = [
  (id, at, piece) => id.slice(0, at) + piece + id.slice(at),
  (id, at, piece) => id.slice(0, at) + piece + id.slice(at + 1),
  (id, at) => id.slice(0, at) + id.slice(at + 1),
  (id, at, piece) => id.slice(0, at) + piece,
  (id, at, piece) => piece + id.slice(at),
  (id, at) => id.slice(0, at) + id.slice(at + 1, at + 2) + id.slice(at, at + 1) + id.slice(at + 2),
  (id, at, piece) => `${id}${piece}${IDS[at % IDS.length] ?? ''}`,
  (id, at) => `${id.slice(0, at).toUpperCase()}${id.slice(at)}`,
];

const mutated = fc
  .tuple(
    fc.constantFrom(...IDS),
    fc.nat({ max: 18 }),
    fc.constantFrom(...PIECES),
    fc.array(fc.constantFrom(...MUTATE), { minLength: 1, maxLength: 3 }),
  )
  .map(([id, at, piece, steps]) => steps.reduce((text, mutate) => mutate(text, Math.min(at, text.length), piece), id));

const PLACES = {
  ...Object.fromEntries(IDS.map((id) => [`institutions/${id}.yaml`, [institution(id)]])),
  ...Object.fromEntries(
    IDS.map((id) => [
      `users/${id}.yaml`,
      Array.from({ length: PEOPLE_EACH }, (_, index) =>
        user(`${id.slice(0, 9)}-${IDS.indexOf(id)}-${index}`, { institution: id }),
      ),
    ]),
  ),
};

test(`Y8: of ${MUTATIONS} mutated ids none blocks anybody, and each is an error that names the nearest id where there is one (seed ${SEED})`, () => {
  const ids = fc.sample(mutated, { seed: SEED, numRuns: 3 * MUTATIONS }).filter((id) => !IDS.includes(id));
  const wanted = ids.slice(0, MUTATIONS);
  expect(wanted).toHaveLength(MUTATIONS);
  let suggested = 0;
  for (let start = 0; start < wanted.length; start += MUTATIONS_TOGETHER) {
    const together = [...new Set(wanted.slice(start, start + MUTATIONS_TOGETHER))];
    const blocks = together.map((id) => block('blocked-institution', id, { from: '2026-01-01' }));
    const resolution = resolved(repository({ ...PLACES, 'blocked-institutions.yaml': blocks }));
    expect(resolution.model.blockedInstitutions).toEqual([]);
    const told = new Map(resolution.diagnostics.map((diagnostic) => [diagnostic.line, diagnostic]));
    expect(told.size).toBe(together.length);
    for (const [index, id] of together.entries()) {
      const diagnostic = told.get(index * 10 + 1);
      expect(diagnostic, id).toMatchObject({ severity: 'error', holds: 'entry', file: 'blocked-institutions.yaml' });
      if (diagnostic?.fix === undefined) continue;
      suggested += 1;
      expect(
        IDS.map((known) => `institution: ${known}`),
        id,
      ).toContain(diagnostic.fix);
    }
  }
  expect(suggested).toBeGreaterThan(MUTATIONS / 200);
}, 60_000);

test('Y8: one wrong letter in a long id is answered with the id that was meant', () => {
  for (const id of IDS) {
    for (let at = 1; at < id.length; at++) {
      const wrong = `${id.slice(0, at)}q${id.slice(at + 1)}`;
      const resolution = resolved(
        repository({
          ...PLACES,
          'blocked-institutions.yaml': [block('blocked-institution', wrong, { from: '2026-01-01' })],
        }),
      );
      expect(resolution.diagnostics).toMatchObject([{ fix: `institution: ${id}` }]);
    }
  }
});
