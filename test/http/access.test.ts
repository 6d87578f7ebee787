import { describe, expect, test } from 'vitest';
import { type Admission, doorkeeper } from '../../src/http/access.ts';

const TOKEN = 'a long random text from a file';
const PROXY = { addresses: ['192.0.2.10', '10.1.0.0/16', '2001:db8::1'], header: 'X-Remote-User' };
const HOST = { host: '127.0.0.1:8080' };

const bearer = (token: string) => ({ ...HOST, authorization: `Bearer ${token}` });
const basic = (password: string) => ({
  ...HOST,
  authorization: `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`,
});
const refused: Admission = { allowed: false, why: 'no-credentials' };

describe('without a token and a proxy', () => {
  const judge = doorkeeper({ token: null, proxy: null });

  test.each(['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.1'])('%s, this machine, is let in', (address) => {
    expect(judge({ address, headers: HOST })).toEqual({ allowed: true, who: null });
  });

  test.each(['localhost', 'LOCALHOST:8080', '127.0.0.1', '[::1]:8080', '127.0.0.2:80'])('as %s', (host) => {
    expect(judge({ address: '127.0.0.1', headers: { host } }).allowed).toBe(true);
  });

  test.each(['evil.example.org', 'localhost.evil.example.org', '127.0.0.1.evil.example.org', '', '192.0.2.1'])(
    'not under the name "%s", to which somebody else may have given this address',
    (host) => {
      expect(judge({ address: '127.0.0.1', headers: { host } })).toEqual({ allowed: false, why: 'wrong-host' });
    },
  );

  test('another machine is not let in, whatever it says', () => {
    expect(judge({ address: '192.0.2.1', headers: { ...HOST, 'x-forwarded-for': '127.0.0.1' } }).allowed).toBe(false);
  });
});

describe('with a token', () => {
  const judge = doorkeeper({ token: TOKEN, proxy: null });

  test('it lets in, as bearer and as the password of a browser, under whatever name the machine was reached', () => {
    expect(judge({ address: '192.0.2.1', headers: bearer(TOKEN) }).allowed).toBe(false);
    const encoded = doorkeeper({ token: 'abcdef0123456789', proxy: null });
    for (const headers of [bearer('abcdef0123456789'), basic('abcdef0123456789')])
      expect(encoded({ address: '192.0.2.1', headers: { ...headers, host: 'muster.example.org' } })).toEqual({
        allowed: true,
        who: null,
      });
  });

  test.each([
    {},
    bearer('a guess'),
    basic('a guess'),
    basic(''),
    { authorization: 'Bearer' },
    { authorization: 'Basic !' },
  ])('no other word does, not even from this machine: %j', (headers) => {
    expect(judge({ address: '127.0.0.1', headers: { ...HOST, ...headers } })).toEqual(refused);
  });
});

describe('with a proxy', () => {
  const judge = doorkeeper({ token: null, proxy: PROXY });
  const from = (address: string, headers = {}) => judge({ address, headers: { ...HOST, ...headers } });

  test.each(['192.0.2.10', '::ffff:192.0.2.10', '10.1.200.3', '2001:db8::1'])(
    '%s vouches for whom it names',
    (address) => {
      expect(from(address, { 'x-remote-user': 'rita' })).toEqual({ allowed: true, who: 'rita' });
    },
  );

  test.each(['192.0.2.11', '10.2.0.1', '127.0.0.1', '2001:db8::2', 'unknown'])(
    '%s, which is none, does not',
    (address) => {
      expect(from(address, { 'x-remote-user': 'rita' })).toEqual(refused);
    },
  );

  test.each([{}, { 'x-remote-user': ' ' }, { 'x-remote-user': 'x'.repeat(300) }, { 'x-forwarded-user': 'rita' }])(
    'the proxy that names nobody lets nobody in: %j',
    (headers) => {
      expect(from('192.0.2.10', headers)).toEqual(refused);
    },
  );
});
