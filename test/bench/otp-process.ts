/** A privacyIDEA with a token for everybody, in a process of its own. Its pages are made once, so that what is measured is the reader and not the server. */
import { API_TOKEN, giveToken, startPrivacyidea } from '../support/privacyidea.ts';
import type { Reply } from '../support/privacyidea-answers.ts';
import { everybody } from './population.ts';

/** What the parent hears. */
export interface OtpReady {
  readonly url: string;
  readonly realm: string;
  readonly apiToken: string;
}
export interface OtpCount {
  readonly requests: number;
  /** Requests that changed something. */
  readonly writes: number;
}

const people = everybody(Number(process.argv[2]));
const standIn = await startPrivacyidea(people.map(({ username }) => username));
const { state } = standIn;
for (const [nth, { username, phone }] of people.entries()) {
  giveToken(state, `SMS${String(nth).padStart(6, '0')}`, username, phone);
}

const pages = new Map<string, Reply>();
standIn.fault = ({ method, path, query, authorization }, proper) => {
  if (method !== 'GET' || path !== '/token/' || authorization !== API_TOKEN) return proper();
  const key = query.toString();
  const known = pages.get(key) ?? proper();
  pages.set(key, known);
  return known;
};

process.on('message', () => {
  const count: OtpCount = { requests: state.requests.length, writes: state.writes };
  process.send?.(count);
});
process.on('disconnect', () => process.exit());
const ready: OtpReady = { url: standIn.url, realm: state.realm, apiToken: API_TOKEN };
process.send?.(ready);
