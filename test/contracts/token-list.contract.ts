/** What every system of SMS tokens behind the port must do, in one suite. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewToken, Token, TokenAdapter, TokenList } from '../../src/reconcilers/tokens/port.ts';
import { refusal } from '../support/refusal.ts';
import { sorted } from '../support/story.ts';

/** More than one page of any product, and more than any pass has in flight. */
const MANY = 40;

/** One system, as its administrator has it in hand. */
export interface TokenGround {
  /** As another process would open it. */
  open(): TokenAdapter;
  /** A token of theirs by hand, switched on; gives its handle. Its number is written as given. */
  give(key: string, phone: string): Promise<string>;
  /** By hand. */
  switch(handle: string, on: boolean): Promise<void>;
  setPhone(handle: string, phone: string): Promise<void>;
  remove(handle: string): Promise<void>;
  /** Writes that reached the system so far. */
  writes(): Promise<number>;
  close(): Promise<void>;
  /** Null: this product has no such thing. */
  readonly revoke: ((handle: string) => Promise<void>) | null;
  /** Takes it from its person, as happens where the system can't look the person up any more. */
  readonly orphan: ((handle: string) => Promise<void>) | null;
}

export interface TokenListFixture {
  /** People whom the system knows, without a token; it knows nobody else. */
  start(people: readonly string[]): Promise<TokenGround>;
  /** Whether one person can have several tokens. */
  readonly several: boolean;
  /** Whether a token tells which attempt made it. */
  readonly marks: boolean;
  /** Whether a token that is off has its number all the same. */
  readonly keepsNumber: boolean;
}

const ANNA = '+4520123456';
const OTHER = '+4520123457';
const PEOPLE = ['anna', 'berit', ...Array.from({ length: MANY }, (_, nth) => `person${nth}`)];

export function tokenListContract(name: string, fixture: TokenListFixture): void {
  describe(`${name}, as any system of SMS tokens`, () => {
    let ground: TokenGround;
    let list: TokenList;
    beforeEach(async () => {
      ground = await fixture.start(PEOPLE);
      list = await ground.open().connect();
    });
    afterEach(async () => {
      await list.close();
      await ground.close();
    });
    const world = () => ({ ground, list, fixture });
    describe('reading', () => reading(world));
    describe('making', () => making(world));
    describe('switching', () => switching(world));
    describe('the number', () => numbers(world));
  });
}

type World = () => {
  readonly ground: TokenGround;
  readonly list: TokenList;
  readonly fixture: TokenListFixture;
};

const order = (key: string, attempt = `attempt-${key}`, phone = ANNA): NewToken => ({
  key,
  username: key,
  phone,
  attempt,
});

async function made(list: TokenList, key: string, attempt?: string): Promise<Token> {
  const token = await list.create(order(key, attempt));
  if (token === null) throw new Error(`${key} is not known here`);
  return token;
}

/** As another process reads it. */
async function again({ handle }: Pick<Token, 'handle'>, ground: TokenGround): Promise<Token | undefined> {
  const other = await ground.open().connect();
  try {
    const [token] = await other.find({ handles: [handle], keys: [] });
    return token;
  } finally {
    await other.close();
  }
}

function reading(world: World): void {
  test('shows nothing where nobody has one', async () => {
    const { list } = world();
    expect(await list.read(new Set())).toMatchObject({ tokens: [], gone: [] });
  });

  test('shows all, in the order of their handles, with the same digest each time', async () => {
    const { list, ground } = world();
    for (const key of PEOPLE) await made(list, key);
    const { tokens, gone, digest } = await list.read(new Set());
    expect(sorted(tokens.map(({ key }) => key ?? ''))).toEqual(sorted(PEOPLE));
    expect(tokens.map(({ handle }) => handle)).toEqual(sorted(tokens.map(({ handle }) => handle)));
    expect(tokens.every(({ handle, live }) => handle.startsWith('token:') && live)).toBe(true);
    expect(gone).toEqual([]);
    const other = await ground.open().connect();
    expect((await other.read(new Set())).digest).toBe(digest);
    await other.close();
  });

  test('shows known ones that are gone as gone', async () => {
    const { list, ground } = world();
    const [anna, berit] = [await made(list, 'anna'), await made(list, 'berit')];
    await ground.remove(anna.handle);
    const { tokens, gone } = await list.read(new Set([anna.handle, berit.handle]));
    expect(gone).toEqual([anna.handle]);
    expect(tokens.map(({ key }) => key)).toEqual(['berit']);
    expect(await list.find({ handles: [anna.handle], keys: ['anna'] })).toEqual([]);
  });

  test('reaches a token whose person the system can’t name any more, by its handle', async () => {
    const { list, ground } = world();
    if (ground.orphan === null) return expect(ground.orphan).toBeNull();
    const token = await made(list, 'anna');
    await ground.orphan(token.handle);
    const [read] = (await list.read(new Set([token.handle]))).tokens;
    expect(read).toMatchObject({ handle: token.handle, key: null, live: true });
    const [found] = await list.find({ handles: [token.handle], keys: [] });
    if (found === undefined) throw new Error('not found');
    await list.switch(found, { on: false });
    expect(await again(token, ground)).toMatchObject({ live: false });
  });

  test('finds by handle and by person, and leaves out who has none', async () => {
    const { list } = world();
    const [anna, berit] = [await made(list, 'anna'), await made(list, 'berit')];
    const found = await list.find({ handles: [anna.handle], keys: ['berit', 'person0'] });
    expect(sorted(found.map(({ handle }) => handle))).toEqual(sorted([anna.handle, berit.handle]));
  });

  test('is no more after the connection was closed', async () => {
    const { list } = world();
    await list.close();
    await refusal(list.read(new Set()));
    await refusal(list.create(order('anna')));
  });
}

function making(world: World): void {
  test('gives a live token with that number, once and for all to see', async () => {
    const { list, ground, fixture } = world();
    const token = await made(list, 'anna');
    expect(token).toMatchObject({ key: 'anna', phone: ANNA, live: true, revoked: false });
    expect(token.attempt).toBe(fixture.marks ? 'attempt-anna' : null);
    expect(await again(token, ground)).toEqual(token);
  });

  test('T3: repeated with the same attempt gives the same token, and writes nothing', async () => {
    const { list, ground, fixture } = world();
    const token = await made(list, 'anna');
    const before = await ground.writes();
    if (fixture.marks) expect(await list.create(order('anna'))).toEqual(token);
    else await refusal(list.create(order('anna')));
    expect(await ground.writes()).toBe(before);
    expect(await list.find({ handles: [], keys: ['anna'] })).toEqual([token]);
  });

  test('T2: is refused where the person has one already, whoever made it', async () => {
    const { list, ground } = world();
    const handle = await ground.give('anna', OTHER);
    const before = await ground.writes();
    expect(await refusal(list.create(order('anna')))).toMatchObject({ remedy: 'retry', silence: null });
    expect(await ground.writes()).toBe(before);
    expect((await list.find({ handles: [], keys: ['anna'] })).map((one) => one.handle)).toEqual([handle]);
  });

  test('does nothing for somebody whom the system does not know yet', async () => {
    const { list, ground } = world();
    const before = await ground.writes();
    expect(await list.create(order('nobody'))).toBeNull();
    expect(await ground.writes()).toBe(before);
  });

  test('loses none of many at once', async () => {
    const { list } = world();
    const all = await Promise.all(PEOPLE.map((key) => made(list, key)));
    expect((await list.read(new Set())).tokens).toHaveLength(PEOPLE.length);
    await Promise.all(all.map((one) => list.switch(one, { on: false })));
    expect((await list.read(new Set(all.map(({ handle }) => handle)))).tokens.every(({ live }) => !live)).toBe(true);
  });
}

function switching(world: World): void {
  test('off and on again keeps it the same token with its number', async () => {
    const { list, ground, fixture } = world();
    const token = await made(list, 'anna');
    await list.switch(token, { on: false });
    const off = await again(token, ground);
    expect(off).toMatchObject({ handle: token.handle, live: false, revoked: false });
    expect(off?.phone).toBe(fixture.keepsNumber ? ANNA : null);
    if (off === undefined) throw new Error('not found');
    await list.switch(off, { on: true, phone: ANNA });
    expect(await again(token, ground)).toMatchObject({ handle: token.handle, live: true, phone: ANNA });
  });

  test('on has the number that was asked for, also where that is another than before', async () => {
    const { list, ground } = world();
    const token = await made(list, 'anna');
    await list.switch(token, { on: false });
    const off = await again(token, ground);
    if (off === undefined) throw new Error('not found');
    await list.switch(off, { on: true, phone: OTHER });
    expect(await again(token, ground)).toMatchObject({ live: true, phone: OTHER });
  });

  test('is refused where somebody has done it meanwhile', async () => {
    const { list, ground } = world();
    const token = await made(list, 'anna');
    await ground.switch(token.handle, false);
    const before = await ground.writes();
    expect(await refusal(list.switch(token, { on: false }))).toMatchObject({ remedy: 'retry', silence: null });
    expect(await ground.writes()).toBe(before);
  });

  test('is refused for one that was revoked, which then counts as off for ever', async () => {
    const { list, ground } = world();
    if (ground.revoke === null) return expect(ground.revoke).toBeNull();
    const token = await made(list, 'anna');
    await ground.revoke(token.handle);
    expect(await again(token, ground)).toMatchObject({ live: false, revoked: true });
    await refusal(list.switch(token, { on: false }));
    await refusal(list.setPhone(token, OTHER));
    const next = await made(list, 'anna', 'another');
    expect(next.handle).not.toBe(token.handle);
  });

  test('is refused for one that exists no more', async () => {
    const { list, ground } = world();
    const token = await made(list, 'anna');
    await ground.remove(token.handle);
    await refusal(list.switch(token, { on: false }));
    await refusal(list.setPhone(token, OTHER));
  });
}

function numbers(world: World): void {
  test('changes in place', async () => {
    const { list, ground } = world();
    const token = await made(list, 'anna');
    await list.setPhone(token, OTHER);
    expect(await again(token, ground)).toMatchObject({ handle: token.handle, live: true, phone: OTHER });
    expect(await list.find({ handles: [], keys: ['anna'] })).toHaveLength(1);
  });

  test('is read as somebody wrote it', async () => {
    const { list, ground } = world();
    const token = await made(list, 'anna');
    await ground.setPhone(token.handle, '+45 20 12 34 57');
    expect(await again(token, ground)).toMatchObject({ phone: '+45 20 12 34 57' });
  });

  test('T1: is not changed where somebody has changed it meanwhile', async () => {
    const { list, ground } = world();
    const token = await made(list, 'anna');
    await ground.setPhone(token.handle, '+4520999999');
    const before = await ground.writes();
    expect(await refusal(list.setPhone(token, OTHER))).toMatchObject({ remedy: 'retry', silence: null });
    expect(await ground.writes()).toBe(before);
    expect(await again(token, ground)).toMatchObject({ phone: '+4520999999' });
  });

  test('changes on one that is off without switching it on', async () => {
    const { list, ground, fixture } = world();
    if (!fixture.keepsNumber) return expect(fixture.keepsNumber).toBe(false);
    const token = await made(list, 'anna');
    await list.switch(token, { on: false });
    const off = await again(token, ground);
    if (off === undefined) throw new Error('not found');
    await list.setPhone(off, OTHER);
    expect(await again(token, ground)).toMatchObject({ live: false, phone: OTHER });
  });

  test('of one person’s several tokens each is seen', async () => {
    const { list, ground, fixture } = world();
    if (!fixture.several) return expect(fixture.several).toBe(false);
    const handles = [await ground.give('anna', ANNA), await ground.give('anna', OTHER)];
    expect(sorted((await list.find({ handles: [], keys: ['anna'] })).map(({ handle }) => handle))).toEqual(
      sorted(handles),
    );
    expect((await list.read(new Set())).tokens).toHaveLength(2);
  });
}
