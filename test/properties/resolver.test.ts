/** A resolver that remembers says of every repository what one says that remembers nothing, over random histories. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnyEntry } from '../../src/model/document.ts';
import type { Loaded, LoadedFile } from '../../src/model/loaded.ts';
import { resolve, resolver } from '../../src/model/validate.ts';
import {
  afterPass,
  block,
  institution,
  mistake,
  operatorBlock,
  repository,
  startsAt,
  user,
  type Written,
  ZONE,
} from '../support/model-builder.ts';

const RUNS = 300;
const STEPS = 8;

const PEOPLE = ['anna', 'bo', 'carl', 'dora'];
const INSTITUTIONS = ['a', 'b', 'c'];

const anyUser: fc.Arbitrary<Written> = fc
  .record({
    username: fc.constantFrom(...PEOPLE, 'Anna'),
    institution: fc.constantFrom(...INSTITUTIONS, 'nowhere'),
    state: fc.constantFrom('active' as const, 'active' as const, 'closed' as const),
    email: fc.constantFrom('one@example.org', 'other@example.org'),
    ends: fc.option(fc.constantFrom('2026-06-15', '2026-10-25')),
  })
  .map(({ username, ...fields }) => user(username, fields));

const anyInstitution: fc.Arbitrary<Written> = fc
  .tuple(fc.constantFrom(...INSTITUTIONS), fc.option(fc.constantFrom(...INSTITUTIONS)))
  .map(([id, partOf]) => institution(id, partOf));

const anyBlock: fc.Arbitrary<Written> = fc
  .tuple(fc.constantFrom(...PEOPLE, 'nobody'), fc.constantFrom({}, { until: '2026-06-20' }, { lifted: '2026-06-12' }))
  .map(([target, end]) => block('blocked-user', target, { from: '2026-06-01', ...end }));

const anyMistake: fc.Arbitrary<Written> = fc.constantFrom(mistake('user', 'anna'), mistake('user', null));

/** Small files, so that most of them stay as they were from one revision to the next. */
const FILES = {
  'users/1.yaml': fc.array(anyUser, { maxLength: 2 }),
  'users/2.yaml': fc.array(anyUser, { maxLength: 1 }),
  'users/3.yaml': fc.array(fc.oneof({ weight: 4, arbitrary: anyUser }, { weight: 1, arbitrary: anyMistake }), {
    maxLength: 1,
  }),
  'institutions/1.yaml': fc.array(anyInstitution, { maxLength: 2 }),
  'institutions/2.yaml': fc.array(anyInstitution, { maxLength: 2 }),
  'blocked-users.yaml': fc.array(anyBlock, { maxLength: 2 }),
} as const;
type Path = keyof typeof FILES;
const PATHS = Object.keys(FILES) as Path[];

interface Step {
  readonly path: Path;
  readonly written: readonly Written[];
  readonly unreadable: boolean;
  /** The memory takes it in. */
  readonly kept: boolean;
  readonly day: string;
  readonly ordered: boolean;
}

const anyStep: fc.Arbitrary<Step> = fc.constantFrom(...PATHS).chain((path) =>
  fc.record({
    path: fc.constant(path),
    written: FILES[path] as fc.Arbitrary<readonly Written[]>,
    unreadable: fc.constantFrom(false, false, false, false, true),
    kept: fc.boolean(),
    day: fc.constantFrom('2026-06-10', '2026-06-16', '2026-06-21', '2026-12-01'),
    ordered: fc.boolean(),
  }),
);

/** Files that did not change are the very ones of before. */
function loadedFrom(files: ReadonlyMap<Path, LoadedFile>): Loaded {
  return { ...repository({}), files: [...files.values()] };
}

test('the same resolution of the same repository, whatever it resolved before', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: STEPS, maxLength: 2 * STEPS }), (history) => {
      const lasting = resolver();
      const files = new Map<Path, LoadedFile>();
      let remembered: readonly AnyEntry[] = [];
      for (const { path, written, unreadable, kept, day, ordered } of history) {
        for (const file of repository({ [path]: unreadable ? 'unreadable' : written }).files) files.set(path, file);
        const operatorBlocks = ordered ? [operatorBlock('user', 'anna', startsAt('2026-06-02'))] : [];
        const options = { timeZone: ZONE, at: startsAt(day), operatorBlocks };
        const loaded = loadedFrom(files);
        const resolution = lasting(loaded, remembered, options);
        const anew = resolve(loaded, remembered, options);
        expect(resolution).toEqual(anew);
        expect([...resolution.model.users.keys()]).toEqual([...anew.model.users.keys()]);
        if (kept) remembered = afterPass(loaded, { ...options, remembered });
      }
    }),
    { numRuns: RUNS },
  );
}, 60_000);
