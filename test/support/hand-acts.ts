/** What somebody does to one account by hand, by name: for random histories. */
import { type HandDirectory, OU } from './hand-directory.ts';

export const ACTS = {
  disable: (directory: HandDirectory, name: string) => directory.disable(name),
  enable: (directory: HandDirectory, name: string) => directory.enable(name),
  'new number': (directory: HandDirectory, name: string) => directory.set(name, { mobile: '+4526333333' }),
  'earlier end': (directory: HandDirectory, name: string) =>
    directory.set(name, { accountExpires: '133500000000000000' }),
  'disable in place': async (directory: HandDirectory, name: string) => {
    const { values } = await directory.account(name);
    // As long as before for an ordinary account: 512 and 514.
    await directory.editInPlace(name, { userAccountControl: String(Number(values.userAccountControl) | 2) });
  },
  'longer number in place': (directory: HandDirectory, name: string) =>
    directory.editInPlace(name, { mobile: '+4526333333444' }),
  protect: (directory: HandDirectory, name: string) => directory.set(name, { adminCount: '1' }),
  'clear mark': (directory: HandDirectory, name: string) => directory.set(name, { adminDescription: null }),
  'foreign mark': (directory: HandDirectory, name: string) => directory.set(name, { adminDescription: 'payroll' }),
  move: (directory: HandDirectory, name: string) => directory.move(name, OU.staff),
  remove: (directory: HandDirectory, name: string) => directory.remove(name).then(() => undefined),
  'make anew': async (directory: HandDirectory, name: string) => {
    await directory.remove(name);
    await directory.add(name);
  },
} as const;

export type Act = keyof typeof ACTS;
