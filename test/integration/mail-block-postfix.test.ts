/** A researcher's mail, disabled by a commit: on a real Postfix, also in a session that was open before; and on a mailer that reads a control file. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mailBlocksReconciler } from '../../src/reconcilers/mail-blocks/reconciler.ts';
import { makeCompany } from '../support/company.ts';
import { blocks, daysFromToday, mailBlocks, person } from '../support/desired-state.ts';
import { mailerSends } from '../support/mail-list.ts';
import { missingForPostfix, type Postfix, startPostfix } from '../support/postfix.ts';
import type { Scene } from '../support/scene.ts';
import type { SmtpSession } from '../support/smtp-session.ts';
import { story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

const ANNA = 'anna@example.org';
const REFUSED = /^554 5\.7\.1 .*Sending mail is blocked for this account/;
const blocked = { target: 'anna', from: daysFromToday(-1) };
const lifted = { ...blocked, lifted: daysFromToday(0) };

describe.skipIf(missingForPostfix().length > 0)('with Postfix', () => {
  let postfix: Postfix;
  const open: SmtpSession[] = [];
  beforeAll(async () => {
    postfix = await startPostfix(['anna', 'berit']);
  });
  afterAll(() => postfix?.stop());
  afterEach(() => {
    for (const session of open.splice(0)) session.close();
  });

  const login = async (username: string) => {
    const session = await postfix.login(username);
    open.push(session);
    return session;
  };
  const begin = async () => {
    await postfix.map.clear();
    const mail = () => mailBlocksReconciler(postfix.map.adapter());
    scene = await makeCompany({ mailBlocks: true, source: 'git', aroundMail: mail });
  };

  test('M3: a commit refuses her mail in the session that was open before, and in no other person’s', async () => {
    await begin();
    const [anna, berit] = [await login('anna'), await login('berit')];
    expect(await anna.send(ANNA)).toMatch(/^250/);
    await scene.declare(mailBlocks(blocked));
    expect(story(await scene.sync())).toEqual(['disable anna']);
    expect(await anna.send(ANNA)).toMatch(REFUSED);
    expect(await anna.send('other@example.net')).toMatch(REFUSED);
    expect(await (await login('anna')).send(ANNA)).toMatch(REFUSED);
    expect(await berit.send('berit@example.org')).toMatch(/^250/);
    expect(await berit.send(ANNA)).toMatch(REFUSED);
    await scene.declare(mailBlocks(lifted));
    await scene.sync();
    expect(await anna.send(ANNA)).toMatch(/^250/);
    expect(await postfix.map.entries()).toEqual(['[muster:research-service]\tDUNNO']);
    expect(await scene.directory.isEnabled('anna')).toBe(true);
  });

  test('M3: a commit refuses what somebody submits on the mail host itself', async () => {
    await begin();
    await scene.declare(person('root'));
    await scene.sync();
    expect(await postfix.submit('root@example.org')).toBe('');
    await scene.declare(mailBlocks({ ...blocked, target: 'root' }));
    await scene.sync();
    expect(await postfix.submit('root@example.org')).toContain('not allowed to submit mail');
  });

  test('M5: an address that she has now is refused, and the one she had before is free', async () => {
    await begin();
    const berit = await login('berit');
    await scene.declare(blocks('user', [blocked]));
    await scene.sync();
    await scene.declare(person('anna', { email: 'anna@new.example.org' }));
    await scene.sync();
    expect(await berit.send('anna@new.example.org')).toMatch(REFUSED);
    expect(await berit.send(ANNA)).toMatch(/^250/);
    expect((await scene.plan()).plan.changes).toEqual([]);
    await scene.declare(blocks('user', [lifted]));
    await scene.sync();
    expect((await postfix.map.entries()).filter((line) => line.includes(':anna]'))).toEqual([]);
  });

  test('M5: an address given on to somebody else while it is refused stays hers, and refused', async () => {
    await begin();
    await scene.declare(mailBlocks(blocked));
    await scene.sync();
    await scene.declare(person('berit', { email: ANNA }));
    const { diagnostics } = await scene.sync();
    expect(diagnostics.map(({ message }) => message).join()).toContain(
      `The e-mail address ${ANNA} is that of \`anna\``,
    );
    expect(await (await login('berit')).send(ANNA)).toMatch(REFUSED);
  });

  test('M5: an address that she shares with somebody who may send is not refused because of her', async () => {
    await begin();
    await scene.declare(person('berit', { email: ANNA }));
    await scene.sync();
    await scene.declare(mailBlocks(blocked));
    const { plan } = await scene.sync();
    expect(plan.notices.map(({ text }) => text).join()).toContain('only the login is refused');
    expect(await (await login('anna')).send(ANNA)).toMatch(REFUSED);
    expect(await (await login('berit')).send(ANNA)).toMatch(/^250/);
  });
});

test('with a control file, the mailer sends her mail until it reads the file again, and not after', async () => {
  scene = await makeCompany({ mailBlocks: true, source: 'git' });
  expect(await mailerSends(scene.mailList, 'anna')).toBe(true);
  await scene.declare(mailBlocks(blocked));
  await scene.sync();
  expect(await mailerSends(scene.mailList, 'anna')).toBe(false);
  expect(await mailerSends(scene.mailList, 'berit')).toBe(true);
});
