/** Catastrophes of the directory: readings that show too little, states of the past, and hands that change everybody. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { allSet, type Catastrophe, hands, type Step, usernameOf } from '../support/catastrophe.ts';
import type { EmbeddedGround } from '../support/embedded-ground.ts';
import { BLOCKED, CLOSED, ENABLED, type Ground, isEnabled, KEA } from '../support/ground.ts';

const SHUT_OUT = [CLOSED, ...BLOCKED, ...KEA];
/** A FILETIME in 2023. */
const LONG_OVER = '133500000000000000';
const NEVER = '0';

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
const onThose = (names: readonly string[], values: Readonly<Record<string, string | null>>) =>
  hands((account) => (names.includes(usernameOf(account)) ? { set: values } : null));

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

export const HANDS: readonly Catastrophe<Ground>[] = [
  {
    title: 'D17: everybody is disabled by hand',
    strike: [flags('disabled', ENABLED)],
    says: 'Anna Jensen (c01) was disabled by hand in the directory',
    exit: 0,
  },
  {
    title: 'D17: everybody who is shut out is enabled by hand',
    strike: [flags('enabled', SHUT_OUT)],
    says: '9 people in one run; the limit of "block" is 5.',
    written: { disabled: 12 },
    undo: [flags('disabled', SHUT_OUT)],
  },
  {
    title: 'D17: everybody is enabled who is disabled, and disabled who is enabled',
    strike: [
      hands((account) => {
        const now = Number(account.values.userAccountControl);
        return { set: { userAccountControl: String(isEnabled(account) ? now | 2 : now & ~2) } };
      }),
    ],
    says: '9 people in one run; the limit of "block" is 5.',
    written: { disabled: 12 },
    undo: [flags('disabled', SHUT_OUT), flags('enabled', ENABLED)],
  },
  {
    title: 'D17: everybody’s access is ended by hand',
    strike: [allSet({ accountExpires: LONG_OVER })],
    says: 'Anna Jensen (c01): accountExpires was set by hand to "2024-01-17T21:20:00.000Z", which is less than the repository gives',
    exit: 0,
  },
  {
    title: 'D17: nobody’s account has an end any more',
    strike: [allSet({ accountExpires: NEVER })],
    says: '12 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'D7: everybody is renamed by hand',
    strike: [hands((one) => ({ set: { sAMAccountName: `old-${usernameOf(one)}` } }))],
    says: 'The account of Anna Jensen (c01) is called "old-c01" in the directory',
  },
  {
    title: 'D7: everybody gets the username of somebody else',
    strike: [
      hands((one) => ({
        set: { sAMAccountName: usernameOf(one).replace(/^c/, 'q').replace(/^d/, 'c').replace(/^q/, 'd') },
      })),
    ],
    says: 'The account of Anna Jensen (c01) is called "d01" in the directory',
  },
  {
    title: 'D7: everybody is moved out of the managed units',
    strike: [hands(() => ({ moveTo: 'staff' }))],
    says: 'The account of Anna Jensen (c01) was moved out of the managed units, to CN=c01,OU=Staff,',
  },
  {
    title: 'D7: everybody who is shut out is moved out of the managed units and enabled',
    strike: [
      flags('enabled', SHUT_OUT),
      hands((one) => (SHUT_OUT.includes(usernameOf(one)) ? { moveTo: 'staff' } : null)),
    ],
    says: '9 people in one run; the limit of "block" is 5.',
    written: { disabled: 12 },
    undo: [flags('disabled', SHUT_OUT), hands(() => ({ moveTo: 'researchers' }))],
  },
  {
    title: 'D7: half of the accounts are moved away, and most of the others deleted',
    strike: [hands((_, nth) => (nth % 2 === 0 ? { moveTo: 'staff' } : nth > 10 ? 'delete' : null))],
    says: '55 of 60 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
  },
  {
    title: 'D7: five accounts are deleted by hand',
    strike: [hands((_, nth) => (nth < 5 ? 'delete' : null))],
    says: 'was deleted in the directory; Muster does not make it again by itself.',
  },
  {
    title: 'D15: everybody is made an administrator',
    strike: [allSet({ adminCount: '1' })],
    says: 'Anna Jensen (c01) is protected (it is or was in an administrators group (adminCount is set)) and is never changed by Muster.',
    exit: 0,
  },
  {
    title: 'D15: everybody who is shut out is made an administrator and enabled',
    strike: [flags('enabled', SHUT_OUT), onThose(SHUT_OUT, { adminCount: '1' })],
    says: 'Anna Jensen (c20) is protected (it is or was in an administrators group (adminCount is set)) and is never changed by Muster, although they should not have access: the account is closed.',
  },
  {
    title: 'D15: everybody becomes a critical system object',
    strike: [allSet({ isCriticalSystemObject: 'TRUE' })],
    says: 'Anna Jensen (c01) is protected (it is a critical system object) and is never changed by Muster.',
    exit: 0,
  },
  {
    title: 'P7: all marks but three are removed',
    strike: [hands((_, nth) => (nth < 3 ? null : { set: { adminDescription: null } }))],
    says: "and is not Muster's; it is left alone.",
  },
  {
    title: 'P7: every mark is that of another instance',
    strike: [hands((one) => ({ set: { adminDescription: `muster:another-site:${usernameOf(one)}:a1` } }))],
    says: 'and is marked by somebody else; Muster does not touch it.',
  },
  {
    title: 'P7: every mark is a note of payroll',
    strike: [allSet({ adminDescription: 'payroll 4711' })],
    says: 'and is marked by somebody else; Muster does not touch it.',
  },
  {
    title: 'P7: everybody bears the mark of one person',
    strike: [allSet({ adminDescription: 'muster:research-service:c01:a1' })],
    says: 'bears the mark of "c01", so somebody copied or exchanged marks.',
  },
  {
    title: 'P7: everybody bears the mark of somebody else',
    strike: [
      hands((one) => ({
        set: {
          adminDescription: (one.values.adminDescription ?? '').replace(
            /:([cd])(\d\d):/,
            (_, l, n) => `:${l === 'c' ? 'd' : 'c'}${n}:`,
          ),
        },
      })),
    ],
    says: 'bears the mark of "d01", so somebody copied or exchanged marks.',
  },
  {
    title: 'D17: everybody gets one number by hand',
    strike: [allSet({ mobile: '+4531000000' })],
    says: '60 people in one run; the limit of "phone" is 5.',
  },
  {
    title: 'T1: everybody’s number is replaced by an attacker’s, each by its own',
    strike: [hands((_, nth) => ({ set: { mobile: `+4532${String(nth).padStart(6, '0')}` } }))],
    says: '60 people in one run; the limit of "phone" is 5.',
  },
  {
    title: 'D17: everybody gets one name by hand',
    strike: [allSet({ displayName: 'Test' })],
    says: '60 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'D17: everybody’s e-mail address is replaced by hand',
    strike: [hands((one) => ({ set: { mail: `${usernameOf(one)}@example.com` } }))],
    says: '60 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'D17: everybody’s company is replaced by hand, which is only reported',
    strike: [allSet({ company: 'Merged' })],
    says: 'Anna Jensen (c01): company was changed by hand to "Merged"; the repository says "CBS".',
    exit: 0,
  },
  {
    title: 'D17: everything of everybody is replaced by hand',
    strike: [
      allSet({ company: 'X', mail: 'x@example.com', displayName: 'X', sn: 'X', givenName: 'X', mobile: '+4531000000' }),
    ],
    says: '60 people in one run; the limit of "update" is 8.',
  },
];
