/** From a commit to a token in privacyIDEA: a person comes, gets another number, is closed and comes back, while the server is up, silent or asks to wait. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { tokensReconciler } from '../../src/reconcilers/tokens/reconciler.ts';
import { makeCompany } from '../support/company.ts';
import { blocks, person } from '../support/desired-state.ts';
import { giveToken, type OtpToken } from '../support/privacyidea.ts';
import { type PrivacyideaGround, privacyideaGround } from '../support/privacyidea-ground.ts';
import type { Scene } from '../support/scene.ts';
import { sorted } from '../support/story.ts';

const TODAY = '2026-06-15';
const NEW_NUMBER = '+45 20 99 99 99';
const NEW = '+4520999999';

let scene: Scene;
let ground: PrivacyideaGround;
afterEach(async () => {
  await scene.close();
  await ground.close();
});

const STAFF = ['anna', 'berit', 'carl', 'dora', 'emil', 'eva'];

/** Whoever has an account is known to privacyIDEA, as where its resolver reads the directory. */
async function company(before: (ground: PrivacyideaGround) => void = () => undefined): Promise<void> {
  ground = await privacyideaGround(STAFF);
  before(ground);
  scene = await makeCompany({ tokens: true, aroundTokens: () => tokensReconciler(ground.open()) });
  ground.standIn.state.aheadMs = scene.clock.now - Date.now();
}

const tokensOf = (user: string): readonly OtpToken[] =>
  [...ground.standIn.state.tokens.values()].filter((token) => token.user === user);
const inTokens = ({ applied }: Report) =>
  sorted(
    applied
      .filter(({ change }) => change.address.system === 'tokens')
      .map(({ change, outcome }) => `${change.kind} ${change.address.key} ${outcome.status}`),
  );

describe('from the commit to the token', () => {
  test('a new number is changed in place, and the pass after it writes nothing', async () => {
    await company();
    const [before] = tokensOf('anna');
    const secret = before?.info.rekeyed;
    await scene.declare(person('anna', { phone: NEW_NUMBER }));
    expect(inTokens(await scene.sync())).toEqual(['update anna applied']);
    const [after, second] = tokensOf('anna');
    expect(second).toBeUndefined();
    expect(after).toMatchObject({ serial: before?.serial, active: true, info: { phone: NEW, rekeyed: secret } });
    const { writes } = ground.standIn.state;
    expect((await scene.plan()).plan.changes).toEqual([]);
    await scene.sync();
    expect(ground.standIn.state.writes).toBe(writes);
  });

  test('a closed account’s token is off, also where privacyIDEA no longer finds its person, and comes back as it was', async () => {
    await company();
    const [before] = tokensOf('anna');
    ground.standIn.state.people.delete('anna');
    await scene.declare(person('anna', { state: 'closed' }));
    expect(inTokens(await scene.sync())).toEqual(['disable anna applied']);
    expect(tokensOf('anna')).toMatchObject([{ serial: before?.serial, active: false, revoked: false }]);
    ground.standIn.state.people.add('anna');
    await scene.declare(person('anna'));
    expect(inTokens(await scene.sync())).toEqual(['enable anna applied']);
    expect(tokensOf('anna')).toMatchObject([{ serial: before?.serial, active: true }]);
  });

  test('a new account that privacyIDEA does not know yet gets its token in a later pass', async () => {
    await company();
    ground.standIn.state.people.delete('eva');
    await scene.declare(person('eva'));
    await scene.sync();
    expect(tokensOf('eva')).toEqual([]);
    ground.standIn.state.people.add('eva');
    expect(inTokens(await scene.sync())).toEqual(['create eva applied']);
    expect(tokensOf('eva')).toMatchObject([{ active: true }]);
  });

  test('a number that differs only in how it is written is no other number', async () => {
    await company();
    const [token] = tokensOf('anna');
    if (token === undefined) throw new Error('anna has no token');
    token.info.phone = String(token.info.phone).replace(/^(\+45)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1 $2 $3 $4 $5');
    const { writes } = ground.standIn.state;
    expect((await scene.sync()).applied).toEqual([]);
    expect(ground.standIn.state.writes).toBe(writes);
  });

  test('a token that was revoked there is not made again', async () => {
    await company();
    const [token] = tokensOf('anna');
    Object.assign(token ?? {}, { revoked: true, locked: true });
    const { plan, applied } = await scene.sync();
    expect(applied).toEqual([]);
    expect(plan.notices.map(({ kind }) => kind)).toContain('gone');
    expect(tokensOf('anna')).toHaveLength(1);
  });

  test('a token that somebody had before, with another number, is told and left', async () => {
    await company();
    const { state } = ground.standIn;
    giveToken(state, 'HAND1', 'eva', NEW);
    await scene.declare(person('eva'));
    await scene.sync();
    expect(tokensOf('eva')).toMatchObject([{ serial: 'HAND1', info: { phone: NEW } }]);
  });
});

describe('M2: a server that asks to wait for hours', () => {
  test('keeps no block from the directory, is told, and has the token off once it answers', async () => {
    await company();
    ground.standIn.fault = () => ({ status: 429, body: '', headers: { 'retry-after': '7200' } });
    await scene.declare(blocks('user', [{ target: 'anna', from: TODAY }]));
    const report = await scene.sync();
    expect(await scene.directory.enabled()).not.toContain('anna');
    expect(report.plan.unread.map(({ system }) => system)).toEqual(['tokens']);
    expect(report.plan.notices.some(({ urgent, person: who }) => urgent && who?.includes('(anna)'))).toBe(true);
    expect(tokensOf('anna')).toMatchObject([{ active: true }]);
  });
});

describe('T5: without the right to list tokens, privacyIDEA shows none and no error', () => {
  test('and whoever is blocked meanwhile may still have theirs, which is told at once', async () => {
    await company();
    ground.standIn.state.rights.delete('tokenlist');
    await scene.declare(blocks('user', [{ target: 'anna', from: TODAY }]));
    const { plan } = await scene.sync();
    const urgent = plan.notices.filter((notice) => notice.urgent);
    expect(urgent).toMatchObject([{ kind: 'unverified', system: 'tokens', text: expect.stringContaining('(anna)') }]);
    expect(tokensOf('anna')).toMatchObject([{ active: true }]);
  });
});

describe('T5: privacyIDEA breaks down in the middle of a block', () => {
  test('and the next pass knows what became of it', async () => {
    await company();
    ground.standIn.fault = (request, proper) => {
      if (!request.path.startsWith('/token/disable')) return proper();
      proper();
      return null;
    };
    await scene.declare(blocks('user', [{ target: 'anna', from: TODAY }]));
    await scene.sync();
    expect(await scene.directory.enabled()).not.toContain('anna');
    const { writes } = ground.standIn.state;
    ground.standIn.fault = null;
    await scene.sync();
    expect(tokensOf('anna')).toMatchObject([{ active: false }]);
    expect(ground.standIn.state.writes).toBe(writes);
  });
});
