/** Catastrophes by hand in the directory: everybody disabled, enabled, renamed, moved, marked or changed by somebody else. */
import { allSet, type Catastrophe, hands, usernameOf } from '../support/catastrophe.ts';
import { BLOCKED, CLOSED, ENABLED, type Ground, isEnabled, KEA } from '../support/ground.ts';

const SHUT_OUT = [CLOSED, ...BLOCKED, ...KEA];
/** A FILETIME in 2023. */
const LONG_OVER = '133500000000000000';
const NEVER = '0';
const flags = (name: 'enabled' | 'disabled', of: readonly string[]) =>
  hands((account) => {
    if (!of.includes(usernameOf(account))) return null;
    const now = Number(account.values.userAccountControl);
    return { set: { userAccountControl: String(name === 'enabled' ? now & ~2 : now | 2) } };
  });
const onThose = (names: readonly string[], values: Readonly<Record<string, string | null>>) =>
  hands((account) => (names.includes(usernameOf(account)) ? { set: values } : null));

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
