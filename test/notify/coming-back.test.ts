/** Coming back, as a mail in Danish tells it: in Danish, whatever way somebody comes back. */
import { expect, test } from 'vitest';
import { causeIn } from '../../src/notify/cause-words.ts';
import { readTemplates } from '../../src/notify/templates.ts';
import { makeCompany } from '../support/company.ts';
import { type PersonFields, person } from '../support/desired-state.ts';
import { DAY_MS } from '../support/reconciliation.ts';

interface WayBack {
  readonly leaves: (now: number) => PersonFields;
  readonly awayDays: number;
  readonly returns: PersonFields;
  readonly told: string;
}

const closed = (): PersonFields => ({ state: 'closed' });
const dayBefore = (now: number) => new Date(now - 3 * DAY_MS).toISOString().slice(0, 10);

const AS_IT_WAS = 'begrundelse: kontoen er åbnet igen, med adgangskode og grupper som før';
const ANEW = 'med en ny startadgangskode og uden grupperne fra før';

const WAYS: Readonly<Record<string, WayBack>> = {
  'the next day': { leaves: closed, awayDays: 1, returns: {}, told: AS_IT_WAS },
  'after their last day': {
    leaves: (now) => ({ ends: dayBefore(now) }),
    awayDays: 1,
    returns: { ends: '2099-12-31' },
    told: AS_IT_WAS,
  },
  'after 31 days': {
    leaves: closed,
    awayDays: 31,
    returns: {},
    told: `begrundelse: kontoen er åbnet igen efter mere end 30 dage, ${ANEW}`,
  },
  'from elsewhere': {
    leaves: closed,
    awayDays: 1,
    returns: { institution: 'dtu' },
    told: `begrundelse: kontoen er åbnet igen hos en anden institution (før: cbs), ${ANEW}`,
  },
  'under another name': {
    leaves: closed,
    awayDays: 1,
    returns: { given: 'Else' },
    told: `begrundelse: kontoen er åbnet igen med andre oplysninger (før: Anna Jensen), ${ANEW}`,
  },
};

test.each(Object.entries(WAYS))('who comes back %s', async (_, { leaves, awayDays, returns, told }) => {
  const scene = await makeCompany();
  try {
    await scene.declare(person('anna', leaves(scene.clock.now)));
    await scene.sync();
    scene.clock.now += awayDays * DAY_MS;
    await scene.declare({ 'users/cbs/anna.yaml': Object.values(person('anna', returns)).join('') });
    const back = (await scene.sync()).applied.find(({ change }) => change.kind === 'enable');
    if (back === undefined) throw new Error('nothing was given back');
    expect(causeIn(await readTemplates('da', null), back.change.cause)).toBe(told);
  } finally {
    await scene.close();
  }
});
