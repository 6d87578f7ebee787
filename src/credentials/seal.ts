/** Sealing texts to people's age keys and opening them again (age-encryption.org/v1), in Node and in the browser. */
import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { MusterError } from '../errors.ts';
import type { Secret } from '../secret.ts';

// The page docs/open-credential.html bundles this file: nothing of Node's may be imported here, types aside.

const armourBegin = '-----BEGIN AGE ENCRYPTED FILE-----';
const armoured = /-----BEGIN AGE ENCRYPTED FILE-----[\s\S]*?-----END AGE ENCRYPTED FILE-----/g;

/** An ordinary public key is `age1` and 58 characters of bech32 data, in which no `1` occurs. */
const recipientLength = 62;

/**
 * What is wrong with a recipient, in words for whoever wrote it into the configuration; null: nothing.
 *
 * Only ordinary public keys (X25519, from `age-keygen`) are accepted: what is sealed must open with every age since
 * 1.0, and on the page. Post-quantum keys need age 1.3, and those of hardware tokens a plugin.
 */
export function checkRecipient(text: string): string | null {
  if (text.trim() === '')
    return 'The recipient is empty. Write the public key that age-keygen printed; it begins with age1.';
  if (/AGE-(SECRET-KEY|PLUGIN)-/i.test(text)) {
    return 'This is a secret key, which belongs to its owner alone. Write its public key, which begins with age1, and replace this key: it must be taken as known.';
  }
  if (/^(ssh-|ecdsa-|sk-)/.test(text))
    return "SSH keys can't be used. Make an age key with age-keygen, and write its public key.";
  if (/^age1[a-z0-9-]+1/.test(text) && text.length !== recipientLength) {
    return 'This kind of age key needs a plugin or a newer age to open. Make an ordinary key with age-keygen, and write its public key.';
  }
  if (!text.startsWith('age1')) return 'This is no age public key: one begins with age1, in small letters.';
  try {
    new Encrypter().addRecipient(text);
    return null;
  } catch {
    return `The public key is mistyped or cut off: it has ${text.length} characters, and should have ${recipientLength}. Copy it again as a whole.`;
  }
}

/**
 * Seals a text so that the holder of any one of the recipients' keys can open it.
 *
 * @param recipients public keys (`age1…`), at least one.
 * @returns an age file in ASCII armour, with a final line break.
 * @throws MusterError (`person`) where there is no recipient, or one is not usable.
 */
export async function seal(text: Secret, recipients: readonly string[]): Promise<string> {
  if (recipients.length === 0) {
    throw keyTrouble(
      'credentials.recipients',
      'There is nobody to seal an initial password to, so none is made.',
      'Add the public age key (age1…) of each person who hands out passwords.',
    );
  }
  const encrypter = new Encrypter();
  for (const recipient of new Set(recipients)) {
    const problem = checkRecipient(recipient);
    if (problem !== null) throw keyTrouble('credentials.recipients', problem, 'Nothing was sealed.');
    encrypter.addRecipient(recipient);
  }
  return armor.encode(await encrypter.encrypt(text.reveal()));
}

/**
 * Opens a sealed text. Lines around the armour (a mail it was pasted from) and blanks around its lines do no harm.
 *
 * @param text the armoured file.
 * @param identities secret keys (`AGE-SECRET-KEY-1…`); see {@link identitiesIn}.
 * @returns the text in clear: to be shown to the person who asked, never stored or logged.
 * @throws MusterError (`person`) saying whether the file is none, is damaged, or was sealed for other keys.
 */
export async function open(text: string, identities: readonly string[]): Promise<string> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(checkedIdentity(identity));
  let noneMatched = false;
  // Asked last, and only when no key before it fitted: tells a wrong key from a damaged file.
  decrypter.addIdentity({
    unwrapFileKey: () => {
      noneMatched = true;
      return null;
    },
  });
  try {
    return await decrypter.decrypt(armor.decode(armourIn(text)), 'text');
  } catch (error) {
    if (error instanceof MusterError) throw error;
    if (noneMatched) {
      throw fileTrouble('The file was not sealed for this key.', 'Use the key of one of the people it was sealed for.');
    }
    throw fileTrouble('The sealed file is damaged or cut off.', 'Take it again from where it came, as a whole.', error);
  }
}

/**
 * The secret keys in the text of a key file, as `age-keygen` writes it: one a line, blank lines and `#` comments between.
 * @throws MusterError (`person`) where there is none, or a line is something else; it never shows the line.
 */
export function identitiesIn(keyFile: string): string[] {
  if (keyFile.includes(armourBegin)) {
    throw keyTrouble('key', 'This key file is itself locked.', 'Unlock it first: age -d KEYFILE > UNLOCKED');
  }
  const lines = keyFile
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#')).map(checkedIdentity);
  if (identities.length > 0) return identities;
  throw keyTrouble('key', 'No secret key was found.', 'A secret key is one line that begins with AGE-SECRET-KEY-1.');
}

/** A new key pair, for the demo and for tests: people make theirs with `age-keygen`, on their own computers. */
export async function generateKey(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

function checkedIdentity(text: string): string {
  if (text.startsWith('age1')) {
    throw keyTrouble(
      'key',
      'This is the public key, which only seals.',
      'Use the secret key, which begins with AGE-SECRET-KEY-1.',
    );
  }
  if (text.startsWith('AGE-PLUGIN-')) {
    throw keyTrouble('key', 'This key lives on a hardware token.', 'Open the file with: age -d -i KEYFILE FILE');
  }
  try {
    new Decrypter().addIdentity(text);
    return text;
  } catch {
    // The library's own error is left out on purpose: nothing of a secret key may reach a log.
    throw keyTrouble(
      'key',
      'This is no secret key, or it is mistyped or cut off.',
      'A secret key is one line of 74 characters that begins with AGE-SECRET-KEY-1. Copy it again as a whole.',
    );
  }
}

function armourIn(text: string): string {
  const found = text.match(armoured) ?? [];
  if (found.length > 1) throw fileTrouble('There is more than one sealed letter in it.', 'Open them one at a time.');
  const only = found[0];
  if (only === undefined) {
    if (text.includes(armourBegin))
      throw fileTrouble('The end of the sealed file is missing.', 'Copy it again as a whole.');
    throw fileTrouble('This is no sealed file.', `A sealed file begins with ${armourBegin}`);
  }
  return only
    .split(/\r?\n/)
    .map((line) => line.trim())
    .join('\n');
}

function fileTrouble(what: string, next: string, cause?: unknown): MusterError {
  return new MusterError({ remedy: 'person', where: 'sealed file', what, next }, { cause });
}

function keyTrouble(where: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where, what, next });
}
