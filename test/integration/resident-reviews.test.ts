/** A reviewer that stays, over a real domain controller: it reads what changed, everything before it says that anything is taken, and says what a new one says. */
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/cli/review-messages.ts';
import { blockByOrder } from '../../src/core/operations/block.ts';
import type { Reach } from '../../src/core/ports.ts';
import { daysFromToday, type Files, institution, people, person } from '../support/desired-state.ts';
import { modify } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import { change, onFreshSite, sync, type TestSite } from '../support/site.ts';
import { type TwoReviewers, twoReviewers } from '../support/two-reviewers.ts';
import { watched } from '../support/watched-readings.ts';

const PEOPLE = Array.from({ length: 8 }, (_, n) => `cbs${n + 1}`);
const missing = missingForSamba();

interface World {
  readonly site: TestSite;
  readonly dc: SambaDc;
  readonly reviewers: TwoReviewers;
}

interface Step {
  readonly what: string;
  readonly happens: (world: World) => Promise<unknown>;
  /** How the one that stays read the directory. */
  readonly read: readonly Reach[];
  /** Its headline. */
  readonly says: string;
}

const STEPS: readonly Step[] = [
  {
    what: 'a branch',
    happens: proposes(person('cbs1', { phone: '+45 20 99 99 99' })),
    read: ['full'],
    says: '1 phone number changes.',
  },
  { what: 'nothing', happens: async () => undefined, read: ['changes'], says: '1 phone number changes.' },
  {
    what: 'the number that the branch wants is set by hand',
    happens: ({ dc }) => setMobile(dc, 'cbs1', '+4520999999'),
    read: ['changes'],
    says: '1 change would not happen any more.',
  },
  {
    what: 'a pass puts it back',
    happens: ({ site }) => sync(site),
    read: ['changes'],
    says: '1 phone number changes.',
  },
  {
    what: 'the target moves',
    happens: ({ site }) => change(site, person('cbs9'), 'One more'),
    read: ['changes'],
    says: '1 phone number changes.',
  },
  {
    what: 'the branch closes somebody, which rests on no reading',
    happens: proposes(person('cbs2', { state: 'closed' })),
    read: ['changes'],
    says: '1 person loses access, 1 phone number changes.',
  },
  {
    what: 'the branch takes something that only a whole reading may take',
    happens: proposes(person('cbs3', { ends: daysFromToday(-2) })),
    read: ['changes', 'full'],
    says: '2 people lose access, 1 phone number changes, 1 person has details changed.',
  },
  {
    what: 'an account of the branch is deleted by hand',
    happens: ({ dc }) => modify(dc, `dn: ${dnOf(dc, 'cbs1')}\nchangetype: delete\n`),
    read: ['changes', 'full'],
    says: '2 people lose access, 1 person has details changed.',
  },
  {
    what: 'an operator blocks whom the branch closes',
    happens: ({ reviewers }) =>
      reviewers.elsewhere(({ parts }) =>
        blockByOrder(parts, { scope: 'user', target: 'cbs2', until: null, by: 'oper', reason: 'looked at it' }),
      ),
    read: ['changes', 'full'],
    says: '1 person loses access, 1 person has details changed.',
  },
  {
    what: 'the branch keeps what the target takes, and an account that neither is about is gone',
    happens: async ({ dc, reviewers }) => {
      await reviewers.declare(person('cbs4', { ends: daysFromToday(-2) }));
      await reviewers.proposeAnew(person('cbs4'));
      await modify(dc, `dn: ${dnOf(dc, 'cbs5')}\nchangetype: delete\n`);
    },
    read: ['changes', 'full'],
    says: '2 changes would not happen any more.',
  },
];

describe.skipIf(missing.length > 0)('A reviewer that stays', () => {
  test('reads what changed, and says what a new one says, step after step', async () => {
    await onFreshSite({ limits: '{ always: 50 }' }, async (site, dc) => {
      await change(site, { ...institution('cbs', 'CBS'), ...people(PEOPLE) }, 'People');
      await sync(site);
      const read: Reach[] = [];
      const { configFile, repository, database } = site;
      const around: Parameters<typeof twoReviewers>[0]['around'] = (one) => watched(one, read);
      const reviewers = twoReviewers({ configFile, repository, database, clock: Date.now, around });
      try {
        for (const { what, happens, ...expected } of STEPS) {
          await happens({ site, dc, reviewers });
          read.length = 0;
          const { resident, fresh } = await reviewers.both();
          expect(resident, what).toEqual(fresh);
          const { headline } = resident.reviewed as Answer;
          expect({ read, says: headline }, what).toEqual(expected);
        }
      } finally {
        await reviewers.close();
      }
    });
  });
});

function proposes(files: Files): Step['happens'] {
  return ({ reviewers }) => reviewers.propose(files);
}

function setMobile(dc: SambaDc, username: string, number: string): Promise<void> {
  return modify(dc, `dn: ${dnOf(dc, username)}\nchangetype: modify\nreplace: mobile\nmobile: ${number}\n-\n`);
}

function dnOf(dc: SambaDc, username: string): string {
  return `CN=${username},OU=CBS,${dc.researchersOu}`;
}
