/** Which of several systems a pass goes on without: one that never answered, one that fell silent, and no other. */
import { describe, expect, test } from 'vitest';
import { companions } from '../../src/core/companions.ts';

/** Systems side by side, and rounds of patience that end when the test says so. */
function sideBySide(systems: number) {
  let over: () => void = () => undefined;
  const patience = () =>
    new Promise<void>((resolve) => {
      over = resolve;
    });
  const all = companions(systems, patience);
  const [one, other, third] = all;
  if (one === undefined || other === undefined) throw new RangeError('two systems at least');
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round += 1) {
      over();
      await turn();
    }
  };
  return { one, other, third, rounds, left: () => all.map(({ leave }) => leave.aborted) };
}

const forever = new Promise<never>(() => undefined);

describe('one that still connects', () => {
  test('is left once patience is over and every other is through, in whatever order', async () => {
    const first = sideBySide(2);
    first.other.connected();
    first.other.done();
    expect(first.left()).toEqual([false, false]);
    await first.rounds(1);
    expect(first.left()).toEqual([true, false]);
    const second = sideBySide(2);
    second.other.connected();
    await second.rounds(1);
    expect(second.left()).toEqual([false, false]);
    second.other.done();
    expect(second.left()).toEqual([true, false]);
  });

  test('is waited for while nobody else got any further', async () => {
    const { other, rounds, left } = sideBySide(2);
    other.done();
    await rounds(5);
    expect(left()).toEqual([false, false]);
  });
});

describe('one that has answered', () => {
  function atWork(heard?: () => number) {
    const scene = sideBySide(2);
    scene.one.connected(heard);
    scene.other.connected();
    return scene;
  }

  test('is left once it has said nothing for three rounds while it is asked, and every other is through', async () => {
    const { one, other, rounds, left } = atWork(() => 7);
    void one.awaiting(forever);
    other.done();
    await rounds(3);
    expect(left()).toEqual([false, false]);
    await rounds(1);
    expect(left()).toEqual([true, false]);
  });

  test('is not left before every other is through, and then at once', async () => {
    const { one, other, rounds, left } = atWork(() => 7);
    void one.awaiting(forever);
    await rounds(6);
    expect(left()).toEqual([false, false]);
    other.done();
    expect(left()).toEqual([true, false]);
  });

  test('is waited for while it goes on speaking', async () => {
    let heard = 0;
    const { one, other, rounds, left } = atWork(() => heard);
    void one.awaiting(forever);
    other.done();
    for (; heard < 12; heard += 1) await rounds(2);
    expect(left()).toEqual([false, false]);
    await rounds(4);
    expect(left()).toEqual([true, false]);
  });

  test('is waited for while nobody asks it anything, and from each answer on anew', async () => {
    const { one, other, rounds, left } = atWork(() => 7);
    other.done();
    await rounds(6);
    for (let asked = 0; asked < 4; asked += 1) {
      let answer: () => void = () => undefined;
      const asking = one.awaiting(
        new Promise<void>((resolve) => {
          answer = resolve;
        }),
      );
      await rounds(3);
      answer();
      await asking;
    }
    expect(left()).toEqual([false, false]);
  });

  test('is waited for where nobody can tell whether it speaks', async () => {
    const { one, other, rounds, left } = atWork();
    void one.awaiting(forever);
    other.done();
    await rounds(10);
    expect(left()).toEqual([false, false]);
  });

  test('is waited for where it is the only one', async () => {
    const { one, rounds, left } = { ...sideBySide(2) };
    one.connected(() => 7);
    void one.awaiting(forever);
    await rounds(10);
    expect(left()).toEqual([false, false]);
  });
});

test('of three, two that hang are left together, each for its own reason, and none of them counts as through', async () => {
  const { one, other, third, rounds, left } = sideBySide(3);
  one.connected(() => 7);
  void one.awaiting(forever);
  await rounds(6);
  third?.connected(() => 1);
  expect(left()).toEqual([false, false, false]);
  third?.done();
  expect(left()).toEqual([true, true, false]);
  one.done();
  other.done();
  expect(left()).toEqual([true, true, false]);
});
