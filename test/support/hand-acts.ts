/** What somebody does to one account by hand, by name: for random histories. */
import { type HandDirectory, OU } from './hand-directory.ts';

export const ACTS = {
  disable: (directory: HandDirectory, name: string) => directory.disable(name),
  enable: (directory: HandDirectory, name: string) => directory.enable(name),
  'new number': (directory: HandDirectory, name: string) => directory.set(name, { mobile: '+4526333333' }),
  'earlier end': (directory: HandDirectory, name: string) =>
    directory.set(name, { accountExpires: '133500000000000000' }),
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
