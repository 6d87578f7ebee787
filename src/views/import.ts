/** What an import wrote, and by name whom it could not write, with what to do about each. */
import type { LeftOut, LeftWhy } from '../core/importing.ts';
import { LEFT_WHYS } from '../core/importing.ts';
import type { Imported } from '../core/operations/import.ts';
import { capped } from './changes.ts';
import { type Block, item, line, nextStep, type Page, type Phrase, type Section, section, worded } from './page.ts';
import { count, people } from './words.ts';

const WHY_WORDS: Readonly<Record<LeftWhy, string>> = {
  institution: 'Institution not known',
  email: 'No e-mail address',
  phone: 'No phone number that passcodes could go to',
  name: 'Name missing, or not one that can be written',
  username: 'Username that can’t be written',
  ends: 'End that can’t be written',
  'shared-address': 'Out of use, and with somebody else’s address',
  'in-the-way': 'Something else stands where the file would be',
  refused: 'Refused by the repository’s own check',
  mark: 'Marked by somebody else',
  service: 'Of a service, or of nobody',
  protected: 'Protected',
};

/** Which accounts were read. */
export interface Asked {
  /** DNs. */
  readonly units: readonly string[];
  /** Patterns of usernames; none: everybody. */
  readonly only: readonly string[];
  readonly except: readonly string[];
  /** Whether these are all accounts of all managed units. */
  readonly whole: boolean;
}

export function importPage(imported: Imported, asked: Asked, options: { readonly all: boolean }): Page {
  const { written, files, known, left } = imported;
  const closed = files.filter((file) => file.closed);
  const changing = files.filter(({ remarks }) => remarks.some(({ changes }) => changes));
  const noted = changing.map(({ username, path, remarks }) =>
    item(
      [`${username} (`, { code: path }, ')'],
      remarks.flatMap(({ text, changes }) => (changes ? [line(`${text}.`)] : [])),
    ),
  );
  return {
    title: written ? 'Accounts imported' : 'What an import would write',
    blocks: [
      ...(asked.whole ? [] : [askedLine(asked)]),
      line(`${count(files.length, 'new file', 'new files')}, ${people(known)} known already.`, 'strong'),
      ...(closed.length === 0
        ? []
        : [line(`${people(closed.length)} of them closed, because the account is disabled.`)]),
      entriesLine(imported, asked),
      ...section(
        `Can't be said in full: Muster would change these accounts (${changing.length})`,
        capped(noted, options),
        'warn',
      ),
      ...differingSection(imported, options),
      // Of a part of the accounts nothing is written that could be looked up later.
      ...leftSections(left, { all: options.all || !asked.whole }),
      ...nextBlocks(imported),
      ...(written && !asked.whole ? [line(PART_SAID)] : []),
    ],
  };
}

function entriesLine({ files, known, differing, left }: Imported, { whole }: Asked): Block {
  if (left.length > 0) return line(`${count(left.length, 'account has', 'accounts have')} no entry.`, 'warn');
  if (files.length + known + differing.length === 0) return line('No account is there.', 'warn');
  return line(whole ? 'Every account has its entry.' : 'Every one of these accounts has its entry.', 'good');
}

const PART_SAID =
  'not-imported.md stays as it was: it is of all managed units, and "muster import" without --ou, --only and --except writes it.';

function askedLine({ units, only, except }: Asked): Block {
  const those = (words: string, texts: readonly string[]): Phrase =>
    texts.length === 0 ? [] : [words, ...texts.flatMap((code, at) => (at === 0 ? [{ code }] : [', ', { code }]))];
  return line([
    ...those('Accounts in ', units),
    ...those(', of these only ', only),
    ...those(', without ', except),
    '.',
  ]);
}

/** For the repository: whoever has no entry, by reason, with what to do. Deterministic: nothing in it but what was found. */
export function leftOutPage(left: readonly LeftOut[], asked: Asked): Page {
  return {
    title: 'Accounts without an entry',
    blocks: [
      line(
        'Written by "muster import", which reads it anew each time: change the directory or write entries, not this file.',
      ),
      askedLine(asked),
      ...(left.length === 0 ? [line('None: every account there has its entry.', 'good')] : []),
      ...leftSections(left, { all: true }),
    ],
  };
}

/** Each account once, under the first of its reasons; what is the same of several is said once, with the names below it. */
function leftSections(left: readonly LeftOut[], options: { readonly all: boolean }): readonly Section[] {
  return LEFT_WHYS.flatMap((why) => {
    const some = left.filter((one) => firstWhy(one) === why);
    const alike = Map.groupBy(some, ({ obstacles }) => obstacles.map(({ text, next }) => `${text} ${next}`).join('\n'));
    const items = [...alike].map(([said, those]) =>
      item(headOf(those), [
        ...said.split('\n').map((text) => line(worded(text))),
        ...capped(
          those.length === 1
            ? []
            : those.map(({ username, location }) => item([{ code: username }, ' (', { code: location }, ')'])),
          options,
        ),
      ]),
    );
    return section(`${WHY_WORDS[why]} (${some.length})`, capped(items, options), 'warn');
  });
}

function headOf(those: readonly LeftOut[]): Phrase {
  const [first, ...others] = those;
  if (first === undefined || others.length > 0) return [count(those.length, 'account', 'accounts')];
  return [{ code: first.username }, ' (', { code: first.location }, ')'];
}

function firstWhy({ obstacles }: LeftOut): LeftWhy | undefined {
  return LEFT_WHYS.find((why) => obstacles.some((one) => one.why === why));
}

function differingSection(
  { differing, edited, unedited }: Imported,
  options: { readonly all: boolean },
): readonly Section[] {
  const items = differing.map(({ username, file, line: at, differences }) => {
    const done = edited.includes(username)
      ? [line('The entry takes over what is not about state and end.', 'faint')]
      : unedited
          .filter((one) => one.username === username)
          .map(({ because }) => line(worded(`The entry stays as it is. ${because}`), 'warn'));
    return item(
      [`${username} (`, { code: `${file}:${at}` }, ')'],
      [
        ...differences.map(({ field, declared, found }) =>
          line(`${field}: ${declared ?? 'nothing'} here, ${found ?? 'nothing'} in the directory`),
        ),
        ...done,
      ],
    );
  });
  return section(`Declared otherwise than the directory has it (${differing.length})`, capped(items, options), 'warn');
}

function nextBlocks({ written, files, differing, edited, unedited }: Imported): readonly Block[] {
  if (!written) return nextStep('Nothing was written. Without --dry-run it is.');
  return [
    ...(differing.length > edited.length + unedited.length
      ? nextStep('Entries stay as they are. --update writes what the directory has into them.')
      : []),
    ...(files.length === 0
      ? []
      : nextStep(
          'Look at it: run "muster validate". Once it is merged, "muster adopt --ou …" shows who would be taken over.',
        )),
  ];
}
