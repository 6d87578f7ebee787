/** Who joins what is held or noticed already is told too, in one mail, and nobody twice for coming and going. */
import { expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { sampleDisable } from '../contracts/store-samples.ts';
import { begun, HOLD, HOUR_MS, notice, reportWith } from './notifier-scene.ts';

const MINUTE_MS = HOUR_MS / 60;

test('a hold that somebody else joins is told anew once, and not for whoever comes and goes', async () => {
  const { tell, clock, fresh } = await begun();
  const told: number[] = [];
  for (const people of [['a'], ['a'], ['a', 'b'], ['a', 'b'], ['a'], ['a', 'b']]) {
    const changes = people.map((one) => sampleDisable(one));
    await tell.passed(reportWith({ holds: [{ ...HOLD, digest: people.join(''), changes }] }));
    told.push((await fresh()).length);
    clock.now += 40 * MINUTE_MS;
  }
  expect(told).toEqual([0, 1, 0, 1, 0, 0]);
});

test('many notices of one kind are listed in one mail, and one more is told as well', async () => {
  const { tell, clock, fresh } = await begun();
  const told: number[] = [];
  for (const count of [199, 199, 200, 200, 200]) {
    const notices = Array.from({ length: count }, (_, n) => notice({ person: `p${n}`, text: `p${n}.`, next: 'Look.' }));
    await tell.passed(reportWith({}, { notices }));
    const mails = await fresh();
    told.push(mails.length);
    for (const { text } of mails) expect(text).toContain('p198.');
    clock.now += 40 * MINUTE_MS;
  }
  expect(told).toEqual([0, 1, 0, 1, 0]);
});

/** How many mails each pass brings, forty minutes apart; `seen` gives what one reports. */
async function toldOver(seen: readonly (() => Report)[]): Promise<readonly number[]> {
  const { tell, clock, fresh } = await begun();
  const told: number[] = [];
  for (const report of seen) {
    await tell.passed(report());
    told.push((await fresh()).length);
    clock.now += 40 * MINUTE_MS;
  }
  return told;
}

test('a notice about nobody is told anew where it is of another server, and not where only its figures are others', async () => {
  let figure = 0;
  const clockOf = (subject: string) => {
    figure += 1;
    return notice({
      kind: 'clock',
      person: null,
      subject,
      text: `The clock of ${subject} says ${figure}.`,
      next: 'Look.',
    });
  };
  const of =
    (...subjects: readonly string[]) =>
    () =>
      reportWith({}, { notices: subjects.map(clockOf) });
  const [one, both] = [of('ldaps://dc1'), of('ldaps://dc1', 'ldaps://dc2')];
  expect(await toldOver([one, one, one, both, both, both, one, both])).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
});

test('one that takes the place of another before either was told comes in the mail that is due, and in no other', async () => {
  const of = (subject: string) => () =>
    reportWith(
      {},
      { notices: [notice({ kind: 'server', person: null, subject, text: `${subject}.`, next: 'Look.' })] },
    );
  expect(await toldOver([of('dc1'), of('dc2'), of('dc2')])).toEqual([0, 1, 0]);
});

test('the same person with the same trouble in another system is told anew, once', async () => {
  const conflict = (system: string) => notice({ kind: 'conflict', system, text: `Taken in ${system}.`, next: 'Look.' });
  const of =
    (...systems: readonly string[]) =>
    () =>
      reportWith({}, { notices: systems.map(conflict) });
  const [one, both] = [of('directory'), of('directory', 'tokens')];
  expect(await toldOver([one, one, both, both, both])).toEqual([0, 1, 0, 1, 0]);
});

test('somebody who should be shut out of another system as well is told of at once', async () => {
  const open = (system: string) => notice({ kind: 'still-enabled', system, urgent: true, next: 'Disable it by hand.' });
  const of =
    (...systems: readonly string[]) =>
    () =>
      reportWith({}, { notices: systems.map(open) });
  expect(await toldOver([of('directory'), of('directory', 'tokens'), of('directory', 'tokens')])).toEqual([1, 1, 0]);
});

test('a hold that reaches into another system is told anew, once', async () => {
  const change = (system: string) => {
    const one = sampleDisable('a');
    return { ...one, address: { ...one.address, system } };
  };
  const of =
    (...systems: readonly string[]) =>
    () =>
      reportWith({ holds: [{ ...HOLD, changes: systems.map(change) }] });
  const [one, both] = [of('directory'), of('directory', 'tokens')];
  expect(await toldOver([one, one, both, both, both])).toEqual([0, 1, 0, 1, 0]);
});
