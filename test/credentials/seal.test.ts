/** What is sealed opens with any one of the recipients' keys, and every mistake with keys and files is told in words. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkRecipient, generateKey, identitiesIn, open, seal } from '../../src/credentials/seal.ts';
import { troubleOf } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';

type Key = Awaited<ReturnType<typeof generateKey>>;
let anna: Key;
let bent: Key;
let sealed = '';

beforeAll(async () => {
  [anna, bent] = await Promise.all([generateKey(), generateKey()]);
  sealed = await seal(new Secret('password: secret-æøå\n'), [anna.recipient]);
});

async function whatGoesWrong(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return 'nothing';
  } catch (error) {
    const { remedy, where, what, next } = troubleOf(error);
    return `${remedy}: ${where}: ${what} ${next}`;
  }
}

describe('sealing', () => {
  test('any text opens again, by each recipient alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        const file = await seal(new Secret(text), [anna.recipient, bent.recipient]);
        expect(await open(file, [anna.identity])).toBe(text);
        expect(await open(file, [bent.identity])).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  test('gives ASCII armour that shows nothing of the text, and never the same twice', async () => {
    const again = await seal(new Secret('password: secret-æøå\n'), [anna.recipient]);
    expect(sealed).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[\x20-\x7e\n]+\n-----END AGE ENCRYPTED FILE-----\n$/);
    const body = Buffer.from(sealed.replace(/-----.*-----\n/g, ''), 'base64').toString('latin1');
    expect(body).not.toContain('secret');
    expect(again).not.toBe(sealed);
  });

  test('a recipient named twice counts once', async () => {
    const twice = await seal(new Secret('x'), [anna.recipient, anna.recipient]);
    expect(twice.length).toBe((await seal(new Secret('x'), [anna.recipient])).length);
  });

  test('without recipients is refused, and says what to add', async () => {
    expect(await whatGoesWrong(() => seal(new Secret('x'), []))).toBe(
      'person: credentials.recipients: There is nobody to seal an initial password to, so none is made. ' +
        'Add the public age key (age1…) of each person who hands out passwords.',
    );
  });

  test('with one bad recipient among good ones is refused: that person could not open it', async () => {
    const problem = await whatGoesWrong(() => seal(new Secret('x'), [anna.recipient, bent.recipient.slice(0, -1)]));
    expect(problem).toContain('mistyped or cut off');
  });
});

describe('a recipient', () => {
  test('that age-keygen would print has no problem', () => {
    expect(checkRecipient(anna.recipient)).toBeNull();
  });

  test('with any one character changed has one', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 61 }), fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l1'));
    fc.assert(
      fc.property(change, ([at, character]) => {
        fc.pre(anna.recipient.charAt(at) !== character);
        const changed = anna.recipient.slice(0, at) + character + anna.recipient.slice(at + 1);
        expect(checkRecipient(changed)).not.toBeNull();
      }),
    );
  });

  test.each([
    ['', 'empty'],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC', 'SSH keys'],
    [`age1pq1${'q'.repeat(1959)}`, 'needs a plugin or a newer age'],
    [`age1yubikey1${'q'.repeat(60)}`, 'needs a plugin or a newer age'],
    ['anna@example.org', 'no age public key'],
    ['age1', 'mistyped or cut off: it has 4 characters'],
  ])('%s is explained', (text, words) => {
    expect(checkRecipient(text)).toContain(words);
  });

  test('that is a secret key is refused, and the key is not repeated', () => {
    const problem = checkRecipient(anna.identity);
    expect(problem).toContain('This is a secret key');
    expect(problem).not.toContain(anna.identity.slice(20, 40));
  });
});

describe('opening', () => {
  test('a wrong key is told from a damaged file', async () => {
    expect(await whatGoesWrong(() => open(sealed, [bent.identity]))).toBe(
      'person: sealed file: The file was not sealed for this key. Use the key of one of the people it was sealed for.',
    );
    // The last full line holds the end of the header and the text: altering one character there breaks what it proves.
    const line = sealed.split('\n').at(-4) ?? '';
    const damaged = sealed.replace(
      line,
      line.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
    );
    expect(await whatGoesWrong(() => open(damaged, [anna.identity]))).toContain(
      'The sealed file is damaged or cut off.',
    );
  });

  test('one fitting key among several is enough', async () => {
    expect(await open(sealed, [bent.identity, anna.identity])).toBe('password: secret-æøå\n');
  });

  test('a file pasted from a mail opens: text around it, Windows line ends, indented', async () => {
    const lines = sealed.trim().split('\n');
    const mail = ['Hello,', '', ...lines.map((line) => `   ${line} `), '', '-- ', 'Anna'].join('\r\n');
    expect(await open(mail, [anna.identity])).toBe('password: secret-æøå\n');
  });

  test('no proper prefix of a file opens, and each is explained', async () => {
    for (let length = 0; length < sealed.trimEnd().length; length++) {
      const problem = await whatGoesWrong(() => open(sealed.slice(0, length), [anna.identity]));
      expect(problem).toMatch(/^person: sealed file: (This is no sealed file|The end of the sealed file is missing)/);
    }
  });

  test('two files at once are refused rather than one of them left out', async () => {
    expect(await whatGoesWrong(() => open(sealed + sealed, [anna.identity]))).toContain('more than one sealed letter');
  });
});

describe('a key file', () => {
  test('as age-keygen writes it gives its keys', () => {
    const file = `\uFEFF# created: 2026-12-01T09:00:00+01:00\r\n# public key: ${anna.recipient}\r\n${anna.identity}\r\n\r\n`;
    expect(identitiesIn(file)).toEqual([anna.identity]);
    expect(identitiesIn(`${anna.identity}\n# other\n${bent.identity}`)).toEqual([anna.identity, bent.identity]);
  });

  test.each([
    ['an empty one', () => '\n', 'No secret key was found.'],
    ['comments alone', () => '# nothing\n', 'No secret key was found.'],
    ['a public key', () => anna.recipient, 'This is the public key'],
    ['a hardware token', () => 'AGE-PLUGIN-YUBIKEY-1QQQQQQ', 'This key lives on a hardware token.'],
    ['one locked with a passphrase', () => sealed, 'This key file is itself locked.'],
    ['a cut-off key', () => anna.identity.slice(0, -1), 'mistyped or cut off'],
    ['something else', () => 'hunter2', 'This is no secret key'],
  ])('%s is explained', async (_, text, words) => {
    const problem = await whatGoesWrong(async () => identitiesIn(text()));
    expect(problem).toMatch(/^person: key: /);
    expect(problem).toContain(words);
    expect(problem).not.toContain(anna.identity.slice(20, 40));
    expect(problem).not.toContain('hunter2');
  });
});
