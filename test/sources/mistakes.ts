/** What people get wrong when they edit these files, one mistake each; what they are told stands in `mistakes.golden.txt`. */

export interface Mistake {
  /** What went wrong, as a heading. */
  readonly name: string;
  readonly path: string;
  readonly text: string | Uint8Array;
  /** The last good version, where the mistake only shows against it. */
  readonly good?: string;
}

const USER = 'users/northlake/ajensen.yaml';
const BLOCKS = 'blocked-users.yaml';
const SERVER = 'servers/northlake-genomics.yaml';
const CONFIRMED = 'confirmed-tasks.yaml';

const GOOD_USER = `username: ajensen
name: { given: Anna, family: Jensen }
email: anna.jensen@example.org
phone: +45 20 12 34 56
institution: northlake
state: active
`;

const GOOD_BLOCKS = `- user: ajensen
  reason: Left without notice
  from: 2026-03-01
- user: mholm
  reason: Shared a password
  from: 2026-04-01
  until: 2026-12-31
`;

const GOOD_SERVER = `id: northlake-genomics
name: Genomics server
institution: northlake
requested: 2026-01-12
steps:
  agreed: 2026-02-02
  signed: 2026-02-20
`;

function user(name: string, from: string | RegExp, to: string): Mistake {
  return { name, path: USER, text: changed(GOOD_USER, from, to) };
}

function block(name: string, from: string | RegExp, to: string): Mistake {
  return { name, path: BLOCKS, text: changed(GOOD_BLOCKS, from, to) };
}

function server(name: string, from: string | RegExp, to: string): Mistake {
  return { name, path: SERVER, text: changed(GOOD_SERVER, from, to) };
}

function changed(text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, to);
  if (result === text) throw new Error(`nothing changed by ${String(from)}`);
  return result;
}

export const MISTAKES: readonly Mistake[] = [
  // ------------------------------------------------------------ how lines are written
  user('no space after a colon', 'email: ', 'email:'),
  user('no space after a colon on the last line', 'state: ', 'state:'),
  user('no spaces after colons inside braces', '{ given: Anna, family: Jensen }', '{given:Anna, family:Jensen}'),
  user('no comma inside braces', 'Anna, family', 'Anna family'),
  user('a brace that is not closed', 'Jensen }', 'Jensen'),
  user('no colon', 'state: active', 'state active'),
  user('an equals sign for a colon', 'state: active', 'state = active'),
  user('no value', 'email: anna.jensen@example.org', 'email'),
  user('a value forgotten after its colon', 'phone: +45 20 12 34 56', 'phone:'),
  user('a tab for spaces', 'phone:', '\tphone:'),
  user('a tab after the colon', 'phone: ', 'phone:\t'),
  user('a line set in by two spaces', 'phone:', '  phone:'),
  block('a reason with a colon and a number sign', 'Left without notice', 'Case: foo #1'),
  block('a line set in too far', '  from: 2026-03-01', '    from: 2026-03-01'),
  block('a line not set in far enough', '  reason: Left', ' reason: Left'),
  block('lines not set in at all', '  until: 2026-12-31', 'until: 2026-12-31'),
  block('a special space from a web page at the start of a line', '  reason: Left', '\u00a0\u00a0reason: Left'),
  block('a special space after a colon', 'from: 2026-03-01', 'from:\u00a02026-03-01'),
  block('no dash before the second entry', '- user: mholm', 'user: mholm'),
  block('no dash, but set in like the entry before', '- user: mholm', '  user: mholm'),
  block('no space after a dash', '- user: mholm', '-user: mholm'),
  { name: 'no dash at all', path: BLOCKS, text: 'user: ajensen\nreason: Left without notice\nfrom: 2026-03-01\n' },
  {
    name: 'the person as the name of the entry',
    path: BLOCKS,
    text: 'ajensen:\n  reason: Left without notice\n  from: 2026-03-01\n',
  },
  { name: 'a text where an entry belongs', path: USER, text: 'ajensen\n' },
  block('a text over two lines', 'Left without notice', 'Left without notice\n    and took data along'),
  block('a text over two lines, by a sign', 'Left without notice', '|\n    Left without notice'),

  // ------------------------------------------------------------ signs with a meaning
  block('a colon in a text', 'Left without notice', 'Abuse: see mail of 1 March'),
  block('a # in a text', 'Left without notice', 'Ticket #123 abuse'),
  block('a text that begins with #', 'Left without notice', '#1234'),
  block('a remark after a text', 'Left without notice', 'Left without notice  # see mail'),
  block('a quote that is not closed', 'Left without notice', '"Left without notice'),
  block('a text that goes on after its quotes', 'Left without notice', '"Left" without notice'),
  block('an apostrophe inside single quotes', 'Left without notice', "'Didn't answer'"),
  block('a backslash in double quotes', 'Left without notice', '"Copied C:\\Users away"'),
  block('typographic quotes', 'Left without notice', '“Left without notice”'),
  block('typographic quotes around a colon', 'Left without notice', '“Abuse: left”'),
  block('a text that begins with a bracket', 'Left without notice', '[urgent] Left without notice'),
  block('a text that begins with a star', 'Left without notice', '*urgent* left'),
  block('a text that begins with an exclamation mark', 'Left without notice', '!urgent left'),
  block('a text that begins with a percent sign', 'Left without notice', '%20 of data copied'),
  user('a username with an at sign', 'username: ajensen', 'username: @ajensen'),
  user('a reference', 'institution: northlake', 'institution: *northlake'),
  user('a mark for references', 'institution: northlake', 'institution: &uni northlake'),
  user('a type', 'state: active', 'state: !!str active'),
  user('a second document', /$/, `---\n${GOOD_USER.replace('ajensen', 'mholm')}`),
  user('a directive', /^/, '%YAML 1.1\n'),
  user(
    'both versions of a merge',
    'state: active\n',
    '<<<<<<< HEAD\nstate: active\n=======\nstate: closed\n>>>>>>> other\n',
  ),

  // ------------------------------------------------------------ fields
  user('a field with a typing slip', 'institution:', 'instituton:'),
  user('a field in capitals', 'username:', 'Username:'),
  user('a field that does not exist', /$/, 'disabled: true\n'),
  user('a required field missing', /institution.*\n/, ''),
  user('a field twice', 'state: active\n', 'state: active\nstate: closed\n'),
  user('a name as one text', '{ given: Anna, family: Jensen }', 'Anna Jensen'),
  user('given and family name not set in', '{ given: Anna, family: Jensen }', '\ngiven: Anna\nfamily: Jensen'),
  user('a list of phone numbers', '+45 20 12 34 56', '[+45 20 12 34 56, +45 22 34 56 78]'),
  user('an end date left empty', /$/, 'ends:\n'),
  {
    name: 'a contact that is no list',
    path: 'institutions/northlake.yaml',
    text: 'id: northlake\nname: Northlake\ncontacts: office@example.org\n',
  },
  {
    name: 'an institution that is part of itself',
    path: 'institutions/northlake.yaml',
    text: 'id: northlake\nname: Northlake\ncontacts: [ office@example.org ]\npartOf: northlake\n',
  },

  // ------------------------------------------------------------ values
  user('a state in capitals', 'active', 'Closed'),
  user('an unknown state', 'active', 'disabled'),
  user('a day before month and year', /$/, 'ends: 31-12-2027\n'),
  user('a day with slashes', /$/, 'ends: 2027/12/31\n'),
  user('a day that can be read in two ways', /$/, 'ends: 03.04.2027\n'),
  user('a day in words', /$/, 'ends: 31 December 2027\n'),
  user('a day that does not exist', /$/, 'ends: 2027-02-30\n'),
  user('a day with a time', /$/, 'ends: 2027-12-31T12:00\n'),
  user('a year with a slip', /$/, 'ends: 0227-12-31\n'),
  user('an end before the start', /$/, 'starts: 2027-06-01\nends: 2027-01-01\n'),
  block('an until before its from', '2026-12-31', '2026-01-31'),
  block('lifted before it begins', '2026-12-31', '2026-12-31\n  lifted: 2026-03-15'),
  user('a phone number without its country', '+45 20 12 34 56', '20 12 34 56'),
  user('a phone number with 00', '+45 20 12 34 56', '0045 20 12 34 56'),
  user('a phone number with a digit missing', '+45 20 12 34 56', '+45 20 12 34 5'),
  user('a phone number with a zero in parentheses', '+45 20 12 34 56', '+46 (0)70 174 06 35'),
  user('a phone number with a word', '+45 20 12 34 56', '+45 20 12 34 56 (private)'),
  user('a number that is not mobile', '+45 20 12 34 56', '+44 20 7946 0958'),
  user('an e-mail address without @', 'anna.jensen@example.org', 'anna.jensen.example.org'),
  user('an e-mail address with its name', 'anna.jensen@example.org', 'Anna Jensen <anna.jensen@example.org>'),
  user('a username that is too long', 'username: ajensen', 'username: anna-margrethe.jensen'),
  user('a space in a username', 'username: ajensen', 'username: a jensen'),
  user('a Cyrillic letter in a username', 'username: ajensen', 'username: \u0430jensen'),
  user('a Cyrillic letter in a name', 'Jensen', 'J\u0435nsen'),
  user('an emoji in a name', 'Anna,', 'Anna \u{1f600},'),
  user('a digit in a name', 'Anna,', 'Anna2,'),
  user('a character that turns the text around', 'Jensen', 'Jen\u202esen'),
  block('a zero-width space in a text', 'Left without notice', 'Left\u200b without notice'),
  user('an institution in capitals', 'institution: northlake', 'institution: Northlake University'),
  {
    name: 'a star for all institutions',
    path: 'blocked-institutions.yaml',
    text: '- institution: "*"\n  reason: All of them\n  from: 2026-03-01\n',
  },

  // ------------------------------------------------------------ files
  {
    name: 'a file saved by an old editor',
    path: USER,
    text: Buffer.from(GOOD_USER.replace('Jensen', 'Sørensen'), 'latin1'),
  },
  { name: 'a file saved as "Unicode"', path: USER, text: Buffer.from(`\ufeff${GOOD_USER}`, 'utf16le') },
  user('a letter that was damaged earlier', 'Jensen', 'S\ufffdrensen'),
  { name: 'an empty file', path: USER, text: '' },
  { name: 'a file with remarks only', path: USER, text: '# to be done\n' },
  { name: 'the ending .yml', path: 'users/northlake/ajensen.yml', text: GOOD_USER },
  { name: 'a block list with a slip in its name', path: 'blocked-user.yaml', text: GOOD_BLOCKS },
  { name: 'a folder with a capital', path: 'Users/northlake/ajensen.yaml', text: GOOD_USER },
  { name: 'a file in a place without a meaning', path: 'drafts/ajensen.yaml', text: GOOD_USER },
  { name: 'a file that was cut off', path: USER, text: GOOD_USER.slice(0, -24), good: GOOD_USER },
  {
    name: 'a file that was cut off within its last date',
    path: BLOCKS,
    text: GOOD_BLOCKS.slice(0, -3),
    good: GOOD_BLOCKS,
  },

  // ------------------------------------------------------------ servers and tasks
  server('a step before the one before it', '2026-02-20', '2026-01-30'),
  server('a step that nobody takes', 'signed', 'sealed'),
  server('no institution', 'institution: northlake\n', ''),
  server('an id with a space', 'id: northlake-genomics', 'id: Northlake genomics'),
  { name: 'a syllable wrong in the id of a task', path: CONFIRMED, text: '- task: lobatu-kiva\n  done: 2026-03-01\n' },
  { name: 'no id of a task', path: CONFIRMED, text: '- task: ajensen\n  done: 2026-03-01\n' },
  { name: 'a confirmation without a day', path: CONFIRMED, text: '- task: lobatu-kivo\n' },

  // ------------------------------------------------------------ several at once
  {
    name: 'several mistakes at once',
    path: BLOCKS,
    text: '- user: a jensen\n  reason: Abuse: see mail\n  from: 31-12-2026\n-user: mholm\n  reson:  "Shared a password\n  from:2026-04-01\n',
  },
];

/** Unusual, but right: nothing is said of these. */
export const ACCEPTED: readonly Mistake[] = [
  { name: 'a byte-order mark', path: USER, text: `\ufeff${GOOD_USER}` },
  { name: 'line ends of Windows', path: USER, text: GOOD_USER.replaceAll('\n', '\r\n') },
  { name: 'no newline at the end of a new file', path: USER, text: GOOD_USER.trimEnd() },
  { name: 'a --- before the first line', path: USER, text: `---\n${GOOD_USER}` },
  user('remarks after identifiers, days and states', 'state: active', 'state: active  # for now'),
  user('a name over three lines', '{ given: Anna, family: Jensen }', '\n  given: Anna\n  family: Jensen'),
  user('quotes around everything', 'state: active', 'state: "active"'),
  user('no end, on purpose', /$/, 'starts: none\nends: none\n'),
  block('a # without a space before it', 'Left without notice', 'Ticket#123'),
  block('a quoted text with # and colon, and a remark', 'Left without notice', '"Ticket #1: abuse"  # open'),
  block('a list that is set in', /^(?=.)/gm, '  '),
  { name: 'an empty block list', path: BLOCKS, text: '# nobody at present\n' },
  { name: 'an empty block list with brackets', path: BLOCKS, text: '[]\n' },
  server('a step that is not done, on purpose', '2026-02-20', 'none'),
  { name: 'a task said as two words', path: CONFIRMED, text: '- task: Lobatu Kivo\n  done: 2026-03-01\n' },
  { name: 'a list of one person', path: USER, text: `- ${GOOD_USER.trimEnd().replaceAll('\n', '\n  ')}\n` },
];
