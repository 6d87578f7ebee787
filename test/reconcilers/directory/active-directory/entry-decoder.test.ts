import { BerReader, SearchEntry } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { readBytesAsBytes } from '../../../../src/reconcilers/directory/active-directory/byte-attributes.ts';
import { EntryReader } from '../../../../src/reconcilers/directory/active-directory/entry.ts';
import { EntryDecoder } from '../../../../src/reconcilers/directory/active-directory/entry-decoder.ts';
import { type EntryBytes, EntryFrames } from '../../../../src/reconcilers/directory/active-directory/entry-frames.ts';
import { berInteger, berText, element } from '../../../support/ber.ts';

const ASKED = ['sAMAccountName', 'userAccountControl', 'objectSid', 'company', 'displayName', 'mobile'];
const SEARCH_RESULT_ENTRY = 0x64;
const SEARCH_RESULT_DONE = 0x65;
const SEED = Math.floor(Math.random() * 2 ** 31);

type Values = readonly Buffer[];

function entryContent(dn: string, attributes: readonly (readonly [string, Values])[]): Buffer {
  const list = attributes.map(([name, values]) =>
    element(0x30, berText(name), element(0x31, ...values.map((value) => element(0x04, value)))),
  );
  return Buffer.concat([berText(dn), element(0x30, ...list)]);
}

function message(id: number, operation: number, content: Buffer): Buffer {
  return element(0x30, berInteger(0x02, id), element(operation, content));
}

function whole(bytes: Buffer): EntryBytes {
  return { bytes, start: 0, end: bytes.length };
}

/** What ldapts makes of the same bytes, by way of the reader that single reads use. */
function byLdapts(content: Buffer, reader: EntryReader) {
  const entry = new SearchEntry({ messageId: 1 });
  const ber = new BerReader(element(SEARCH_RESULT_ENTRY, content));
  ber.readSequence();
  entry.parseMessage(ber);
  const { objectGUID: guid = null, uSNChanged: usn = null, ...raw } = reader.read(entry);
  return { dn: entry.name, guid, usn, raw };
}

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('entries decoded from the wire', () => {
  readBytesAsBytes();
  const reader = new EntryReader(['objectGUID', 'uSNChanged', ...ASKED]);

  test(`are what ldapts makes of them: 20,000 random ones, seed ${SEED}`, () => {
    const random = generator(SEED);
    const decoder = new EntryDecoder(ASKED);
    const names = [...ASKED, 'objectGUID', 'uSNChanged', 'SAMACCOUNTNAME', 'Company', 'unasked', 'objectguid'];
    const texts = [
      'CBS',
      'DTU',
      '',
      'Åse Ørum',
      '日本',
      'x'.repeat(127),
      'y'.repeat(128),
      'z'.repeat(700),
      '512',
      '\u0000',
    ];
    const value = (): Buffer => {
      const kind = random(8);
      if (kind < 5) return Buffer.from(texts[random(texts.length)] ?? '');
      if (kind === 5) return Buffer.from(`person${random(1000)}`);
      // Not always text; a byte-order mark in front is the one thing that the two read differently.
      return Buffer.from(Array.from({ length: kind === 6 ? 16 : random(40) }, (_, at) => (at === 0 ? 1 : random(256))));
    };
    for (let nth = 0; nth < 20_000; nth += 1) {
      const attributes = Array.from({ length: random(12) }, () => {
        const count = random(10) < 8 ? 1 : random(4);
        return [names[random(names.length)] ?? '', Array.from({ length: count }, value)] as const;
      });
      const content = entryContent(`CN=p${random(1000)},OU=Ænhed,DC=example,DC=org`, attributes);
      expect(decoder.decode(whole(content))).toEqual(byLdapts(content, reader));
    }
  });

  test('are refused when cut off anywhere, or when a length points past the end', () => {
    const decoder = new EntryDecoder(ASKED);
    const attributes = ASKED.map((name) => [name, [Buffer.from(`value of ${name}`)]] as const);
    const content = entryContent('CN=anna,DC=example,DC=org', attributes);
    for (let end = 0; end < content.length; end += 1) {
      expect(() => decoder.decode({ bytes: content, start: 0, end }), `cut at ${end}`).toThrow(RangeError);
    }
    for (let at = 0; at < content.length; at += 1) {
      const broken = Buffer.from(content);
      broken[at] = 0xff;
      // Whatever the byte was, nothing is read beyond the end and nothing hangs.
      try {
        decoder.decode(whole(broken));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });
});

describe('the way from the wire to the decoder', () => {
  const entry = (id: number, name: string) => message(id, SEARCH_RESULT_ENTRY, entryContent(`CN=${name}`, []));
  const done = (id: number) => message(id, SEARCH_RESULT_DONE, Buffer.from([0x0a, 0x01, 0x00]));

  /** Everything that comes out when `stream` comes in pieces of these lengths. */
  function split(stream: Buffer, lengths: () => number) {
    const [taken, others]: [string[], Buffer[]] = [[], []];
    const frames = new EntryFrames((bytes) => others.push(Buffer.from(bytes)));
    frames.expect(7, ({ bytes, start, end }) => taken.push(bytes.toString('latin1', start + 2, end - 2)));
    for (let at = 0; at < stream.length; ) {
      const length = Math.max(1, lengths());
      frames.read(stream.subarray(at, at + length));
      at += length;
    }
    return { taken, others: Buffer.concat(others) };
  }

  test('takes the expected entries alone, however the stream is cut, and leaves everything else to ldapts', () => {
    const big = message(9, SEARCH_RESULT_ENTRY, entryContent(`CN=${'b'.repeat(70_000)}`, []));
    const stream = Buffer.concat([
      entry(7, 'a'),
      entry(8, 'other'),
      big,
      entry(7, 'b'),
      done(8),
      entry(7, 'c'),
      done(7),
    ]);
    const left = Buffer.concat([entry(8, 'other'), big, done(8), done(7)]);
    const random = generator(SEED);
    for (const lengths of [() => stream.length, () => 1, () => 16_384, () => random(50), () => random(40_000)]) {
      const { taken, others } = split(stream, lengths);
      expect(taken).toEqual(['CN=a', 'CN=b', 'CN=c']);
      expect(others.equals(left)).toBe(true);
    }
  });

  test('hands what is no LDAP message to ldapts, and everything after it', () => {
    const rest = Buffer.concat([Buffer.from([0x16, 0x03, 0x01]), entry(7, 'after')]);
    for (const lengths of [() => 1000, () => 1]) {
      const { taken, others } = split(Buffer.concat([entry(7, 'a'), rest]), lengths);
      expect(taken).toEqual(['CN=a']);
      expect(others.equals(rest)).toBe(true);
    }
  });

  test('hands a message without a definite length to ldapts, which refuses it', () => {
    const { taken, others } = split(Buffer.concat([Buffer.from([0x30, 0x80]), entry(7, 'a')]), () => 1000);
    expect(taken).toEqual([]);
    expect(others.length).toBeGreaterThan(2);
  });
});
