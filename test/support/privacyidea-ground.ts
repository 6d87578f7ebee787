/** A privacyIDEA in the hands of its administrator: the stand-in, and how Muster is told to reach it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TokenAdapter } from '../../src/reconcilers/tokens/port.ts';
import { type PrivacyideaSite, privacyidea } from '../../src/reconcilers/tokens/privacyidea/adapter.ts';
import type { PrivacyideaInput } from '../../src/reconcilers/tokens/privacyidea/settings.ts';
import type { TokenGround } from '../contracts/token-list.contract.ts';
import { API_TOKEN, giveToken, type OtpToken, PASSWORD, type StandIn, startPrivacyidea } from './privacyidea.ts';
import { makeTestDirectory } from './test-directory.ts';

export interface PrivacyideaGround extends TokenGround {
  readonly standIn: StandIn;
  readonly settings: PrivacyideaInput;
  /** As Muster opens it, with other settings than usual. */
  adapter(settings?: Partial<PrivacyideaInput>, site?: Partial<PrivacyideaSite>): TokenAdapter;
  /** With a user and a password in place of a lasting token. */
  readonly byPassword: Partial<PrivacyideaInput>;
  token(handle: string): OtpToken;
}

/** Small enough that a contract's worth of tokens has several pages. */
export const SMALL_PAGE = 10;

/** Folded usernames of people who have a token each, on more than two pages. */
export const HOLDERS = Array.from({ length: 25 }, (_, nth) => `person${String(nth).padStart(2, '0')}`);

/** With a live token of this number for each of `HOLDERS`, and none for `anna`. */
export async function crowdedGround(phone: string): Promise<PrivacyideaGround> {
  const ground = await privacyideaGround([...HOLDERS, 'anna']);
  for (const [nth, name] of HOLDERS.entries()) giveToken(ground.standIn.state, `T${100 + nth}`, name, phone);
  return ground;
}

export async function privacyideaGround(people: readonly string[]): Promise<PrivacyideaGround> {
  const home = await makeTestDirectory('privacyidea');
  const standIn = await startPrivacyidea(people);
  const { state } = standIn;
  const secret = async (name: string, text: string) => {
    const path = join(home.path, name);
    await writeFile(path, `${text}\n`, { mode: 0o600 });
    return path;
  };
  const tokenFile = await secret('token', API_TOKEN);
  const passwordFile = await secret('password', PASSWORD);
  const settings: PrivacyideaInput = { url: standIn.url, realm: state.realm, tokenFile };
  const adapter: PrivacyideaGround['adapter'] = (more = {}, site = {}) =>
    privacyidea({ ...settings, ...more }, { instance: 'research-service', pageSize: SMALL_PAGE, ...site });
  const token = (handle: string) => {
    const stored = state.tokens.get(handle.slice('token:'.length));
    if (stored === undefined) throw new Error(`there is no ${handle}`);
    return stored;
  };
  let given = 0;
  return {
    standIn,
    settings,
    adapter,
    byPassword: { tokenFile: undefined, login: { user: 'muster', passwordFile } },
    token,
    open: () => adapter(),
    give: async (key, phone) => {
      given += 1;
      return `token:${giveToken(state, `HAND${given}`, key, phone).serial}`;
    },
    switch: async (handle, on) => {
      token(handle).active = on;
    },
    setPhone: async (handle, phone) => {
      token(handle).info.phone = phone;
    },
    remove: async (handle) => void state.tokens.delete(token(handle).serial),
    revoke: async (handle) => {
      Object.assign(token(handle), { revoked: true, locked: true });
    },
    orphan: async (handle) => void state.people.delete(token(handle).user),
    writes: async () => state.writes,
    close: async () => {
      await standIn.close();
      await home.remove();
    },
  };
}
