/** A real privacyIDEA for the contract of tokens, where the environment names one: its administrator's hands, over REST. */
import { privacyidea } from '../../src/reconcilers/tokens/privacyidea/adapter.ts';
import { Secret } from '../../src/secret.ts';
import type { TokenGround } from '../contracts/token-list.contract.ts';

export interface LiveServer {
  readonly url: string;
  readonly tokenFile: string;
  readonly realm: string;
}

/** Null: the environment names none. @throws where the realm is not one that may be emptied */
export function liveServer(): LiveServer | null {
  const {
    MUSTER_PRIVACYIDEA_URL: url,
    MUSTER_PRIVACYIDEA_TOKEN_FILE: tokenFile,
    MUSTER_PRIVACYIDEA_REALM: realm,
  } = process.env;
  if (url === undefined || tokenFile === undefined || realm === undefined) return null;
  if (!realm.startsWith('muster-test'))
    throw new Error('its tokens are deleted, so the realm must be called muster-test…');
  return { url, tokenFile, realm };
}

export async function liveGround({ url, tokenFile, realm }: LiveServer): Promise<TokenGround> {
  const token = await Secret.fromFile(tokenFile);
  const adapter = () => privacyidea({ url, tokenFile, realm }, { instance: 'muster-test' });
  const call = async (method: string, path: string, body?: Readonly<Record<string, unknown>>) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const init = { method, headers: { authorization: token.reveal(), ...json } };
    const response = await fetch(`${url}${path}`, body === undefined ? init : { ...init, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  };
  const list = await adapter().connect();
  const digest = async () => (await list.read(new Set())).digest;
  const serialOf = (handle: string) => handle.slice('token:'.length);
  const empty = async () => {
    for (const { handle } of (await list.read(new Set())).tokens) await call('DELETE', `/token/${serialOf(handle)}`);
  };
  await empty();
  let given = 0;
  let writes = 0;
  let last = await digest();
  return {
    open: adapter,
    give: async (user, phone) => {
      given += 1;
      const serial = `MUSTERHAND${given}`;
      await call('POST', '/token/init', { type: 'sms', serial, user, realm, phone, genkey: 1 });
      return `token:${serial}`;
    },
    switch: (handle, on) => call('POST', `/token/${on ? 'enable' : 'disable'}/${serialOf(handle)}`, {}),
    setPhone: (handle, phone) => call('POST', `/token/info/${serialOf(handle)}/phone`, { value: phone }),
    remove: (handle) => call('DELETE', `/token/${serialOf(handle)}`),
    revoke: (handle) => call('POST', `/token/revoke/${serialOf(handle)}`, {}),
    // That would take its person out of a resolver that is not ours.
    orphan: null,
    /** What shows: one that changes nothing does not. */
    writes: async () => {
      const now = await digest();
      if (now !== last) writes += 1;
      last = now;
      return writes;
    },
    close: async () => {
      await empty();
      await list.close();
    },
  };
}
