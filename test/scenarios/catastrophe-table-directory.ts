/** Catastrophes of the directory: readings that show too little, states of the past, and hands that change everybody. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { allSet, type Catastrophe, hands, type Step, usernameOf } from '../support/catastrophe.ts';
import type { EmbeddedGround } from '../support/embedded-ground.ts';
import { BLOCKED, CLOSED, KEA } from '../support/ground.ts';

const SHUT_OUT = [CLOSED, ...BLOCKED, ...KEA];

/** What the server shows of its file. */
function shown(edit: (text: string) => string): Step<EmbeddedGround> {
  return async ({ scene: { directory } }) => {
    await writeFile(directory.file, edit(await readFile(directory.file, 'utf8')));
  };
}
const noServer: Step<EmbeddedGround> = ({ scene }) => rm(scene.directory.file);
/** Accounts that the service account may not see any more. */
const unseen = (isGone: (nth: number) => boolean) => hands((_, nth) => (isGone(nth) ? 'delete' : null));
/** Deleted, and made again by hand under the same name. */
const madeAnew: Step<EmbeddedGround> = async ({ scene, byHand }) => {
  const before = await scene.directory.all();
  await byHand(() => 'delete');
  for (const name of [...before.keys()].slice(0, 12)) await scene.directory.add(name);
};
const flags = (name: 'enabled' | 'disabled', of: readonly string[]) =>
  hands((account) => {
    if (!of.includes(usernameOf(account))) return null;
    const now = Number(account.values.userAccountControl);
    return { set: { userAccountControl: String(name === 'enabled' ? now & ~2 : now | 2) } };
  });

/** Attributes that a lost right would hide. */
const HIDDEN: readonly string[] = [
  'userAccountControl',
  'sAMAccountName',
  'sAMAccountType',
  'objectSid',
  'accountExpires',
  'adminDescription',
  'mobile',
  'mail',
  'displayName',
  'givenName',
  'sn',
  'company',
];

export const READINGS: readonly Catastrophe[] = [
  { title: 'D1: the directory is away', strike: [noServer], says: 'There is no such file.', exit: 1 },
  {
    title: 'D1: the directory is empty',
    strike: [unseen(() => true)],
    says: '60 of 60 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D1: the directory is damaged at its beginning',
    strike: [shown(() => 'garbage\n')],
    says: 'Line 1 of the file is damaged.',
    exit: 1,
  },
  { title: 'D1: the directory is a file of nothing', strike: [shown(() => '')], says: 'The file is empty.', exit: 1 },
  {
    title: 'D1: a reading gives the first three accounts',
    strike: [unseen((nth) => nth >= 3)],
    says: '57 of 60 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D1: a reading gives a first page and no more',
    strike: [unseen((nth) => nth >= 30)],
    says: '30 of 60 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D1: every second account may not be seen any more',
    strike: [unseen((nth) => nth % 2 === 0)],
    says: '30 of 60 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D1: six accounts may not be seen any more',
    strike: [unseen((nth) => nth < 6)],
    says: '6 of 60 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D1: all accounts but one may not be seen any more',
    strike: [unseen((nth) => nth > 0)],
    says: '59 of 60 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D1: the managed unit is gone',
    strike: [shown((text) => text.replace('"OU=Researchers,DC=example,DC=org",', ''))],
    says: 'reading OU=Researchers,DC=example,DC=org: There is no such unit, or Muster may not see it.',
    exit: 1,
  },
  ...HIDDEN.map(
    (attribute): Catastrophe => ({
      title: `D1: nobody’s ${attribute} may be read any more`,
      strike: [allSet({ [attribute]: null })],
      says: `in ${attribute}, so the reading does not count.`,
      exit: 1,
    }),
  ),
  {
    title: 'D1: no attribute at all may be read any more',
    strike: [allSet(Object.fromEntries(HIDDEN.map((name) => [name, null])))],
    says: "Anna Jensen (c20) should have no access (the account is closed), but the account is protected (its sAMAccountName can't be read with the rights that Muster has) and is still enabled.",
    exit: 1,
  },
  {
    title: 'D16: the flags of half of the people may not be read any more',
    strike: [hands((_, nth) => (nth % 2 === 0 ? { set: { userAccountControl: null } } : null))],
    says: "is protected (its userAccountControl can't be read with the rights that Muster has) and is never changed by Muster, although they should not have access",
  },
  {
    title: 'D7: every account is deleted and some are made anew by hand',
    strike: [madeAnew],
    says: 'Not one of 12 accounts came with a value in company, displayName, givenName, mail, mobile, sn, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D6: the directory is that of a day before anybody was blocked',
    strike: [flags('enabled', SHUT_OUT)],
    says: '9 people in one run; the limit of "block" is 5.',
    written: { disabled: 12 },
    undo: [flags('disabled', SHUT_OUT)],
  },
  {
    title: 'D6: the directory is that of a day when everybody had another number',
    strike: [hands((_, nth) => ({ set: { mobile: `+4531${String(nth).padStart(6, '0')}` } }))],
    says: '60 people in one run; the limit of "phone" is 5.',
  },
  {
    title: 'D6: the directory is that of another domain with the same names',
    strike: [
      async ({ scene, byHand }) => {
        const names = [...(await scene.directory.all()).keys()].slice(0, 10);
        await byHand(() => 'delete');
        for (const name of names) await scene.directory.add(name, { mobile: '+4531000000' });
      },
    ],
    says: 'Not one of 10 accounts came with a value in company, displayName, givenName, mail, sn, so the reading does not count.',
    exit: 1,
  },
];
