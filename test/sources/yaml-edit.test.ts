/** Values of entries changed in the text that somebody wrote. */
import { expect, test } from 'vitest';
import { withFields } from '../../src/sources/yaml-edit.ts';

const FILE = `# The best of us.
username: ajensen            # never changes
name: { given: Anna, family: 'Jensen' }

email: anna.jensen@northlake.example.org
phone: +45 20 12 34 56       # her own
institution: northlake
state: active                # since 2019
# ends: 2027-12-31
`;

function edited(text: string, changes: Readonly<Record<string, string>>, username = 'ajensen'): string | null {
  return withFields(text, username, new Map(Object.entries(changes)));
}

test('only the values change: remarks, blanks, quotes and order stay', () => {
  const changes = { 'name.family': 'Holm', phone: '+4521222324', email: 'anna.holm@northlake.example.org' };
  expect(edited(FILE, changes)).toBe(
    FILE.replace("'Jensen'", "'Holm'").replace('+45 20 12 34 56', '+4521222324').replace('anna.jensen@', 'anna.holm@'),
  );
});

test('of a list, the one person alone, whatever the case of the name', () => {
  const list = `- username: bmadsen # Bo\n  state: active\n- username: AJensen\n  phone: "1" # hers\n  state: active\n`;
  expect(edited(list, { phone: '+4521222324' })).toBe(list.replace('"1"', '"+4521222324"'));
});

test('a field that is not there follows the state, in either way of writing and with the line ends of the file', () => {
  expect(edited('username: ajensen\nstate: active # x\nphone: 1\n', { ends: '2027-12-31' })).toBe(
    'username: ajensen\nstate: active # x\nends: 2027-12-31\nphone: 1\n',
  );
  expect(edited('- { username: ajensen, state: active }\n', { ends: '2027-12-31' })).toBe(
    '- { username: ajensen, state: active, ends: 2027-12-31 }\n',
  );
  expect(edited('- username: ajensen\r\n  state: active\r\n', { ends: '2027-12-31' })).toBe(
    '- username: ajensen\r\n  state: active\r\n  ends: 2027-12-31\r\n',
  );
  expect(edited('username: ajensen\nstate: active', { ends: '2027-12-31' })).toBe(
    'username: ajensen\nstate: active\nends: 2027-12-31',
  );
});

test('a value that YAML would misread is put in quotes', () => {
  expect(edited('username: ajensen\nname: { given: Anna, family: Jensen }\n', { 'name.family': "'t Hooft" })).toBe(
    'username: ajensen\nname: { given: Anna, family: "\'t Hooft" }\n',
  );
});

test('what can’t be edited, or isn’t there, is left as it is', () => {
  expect(edited(FILE, { phone: '+45' }, 'nobody')).toBeNull();
  expect(edited('username: ajensen\nname: [ Anna ]\n', { name: 'Anna' })).toBeNull();
  expect(edited('username: "ajensen\n', { phone: '+45' })).toBeNull();
});
