/** What privacyIDEA 3.12 answers to each request that Muster makes, after its REST documentation and its source. */
import type { OtpState, OtpToken } from './privacyidea.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | null;
  readonly isJson: boolean;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut after so many bytes. */
  readonly cutAt?: number;
}

const PAGE_SIZE_DEFAULT = 15;

export function answerTo(request: Request, state: OtpState): Reply {
  const { method, path, authorization, isJson, body } = request;
  if (isJson && body === '') return error(state, 500, -500, 'Failed to decode JSON object');
  const given = isJson ? parsed(body) : {};
  if (method === 'POST' && path === '/auth') return logOn(given, state);
  if (authorization === null) return error(state, 401, 4033, 'Authentication failure. Missing Authorization header.');
  if (!state.valid.has(authorization)) {
    return error(state, 401, 4304, 'Authentication failure. Error during decoding your token: Signature has expired');
  }
  if (method === 'GET' && path === '/auth/rights') {
    return value(
      state,
      state.rights.has('enrollSMS') ? { sms: 'SMS Token: Send a One Time Password to the users mobile phone.' } : {},
    );
  }
  if (method === 'GET' && path === '/token/') return list(request.query, state);
  if (method === 'POST' && path === '/token/init') return init(given, state);
  const [, , action = '', serial = ''] = path.split('/');
  if (method === 'POST') return change(action, decodeURIComponent(serial), given, state);
  return error(state, 404, 601, 'The requested URL was not found on the server.');
}

export function value(state: OtpState, result: unknown, detail: unknown = null): Reply {
  return reply(state, 200, { status: true, value: result }, detail);
}

export function error(state: OtpState, status: number, code: number, message: string): Reply {
  return reply(state, status, { status: false, error: { code, message: `ERR${code}: ${message}` } });
}

function reply(state: OtpState, status: number, result: unknown, detail: unknown = null): Reply {
  const time = (Date.now() + state.aheadMs) / 1000;
  const version = 'privacyIDEA 3.12';
  const answer = {
    detail,
    id: 1,
    jsonrpc: '2.0',
    result,
    time,
    version,
    versionnumber: '3.12',
    signature: 'rsa_sha256_pss:00',
  };
  return { status, body: JSON.stringify(answer) };
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  // A test's own request, which is an object.
  return JSON.parse(body) as Record<string, unknown>;
}

function logOn({ username, password }: Readonly<Record<string, unknown>>, state: OtpState): Reply {
  if (password !== state.password) return error(state, 401, 4031, 'Authentication failure. Wrong credentials');
  const token = `eyJ.${String(username)}.${state.requests.length}`;
  state.valid.add(token);
  return value(state, { token, role: 'admin', username, realm: '', rights: [...state.rights] });
}

function list(query: URLSearchParams, state: OtpState): Reply {
  const type = query.get('type') ?? '*';
  const realm = query.get('tokenrealm');
  const serials = query.get('serial')?.split(',') ?? null;
  const user = query.get('user');
  if (user !== null && !state.people.has(user))
    return error(state, 400, 904, 'The user can not be found in any resolver in this realm!');
  const found = state.rights.has('tokenlist')
    ? among(serials, state).filter(
        (one) =>
          (type === '*' || one.tokentype === type.toLowerCase()) &&
          (realm === null || one.realms.includes(realm)) &&
          (user === null || (one.user === user && one.userRealm === query.get('realm'))),
      )
    : [];
  found.sort((a, b) => (a.serial < b.serial ? -1 : 1));
  const page = Number(query.get('page') ?? 1);
  const size = Number(query.get('pagesize') ?? PAGE_SIZE_DEFAULT);
  const start = (page - 1) * size;
  return value(state, {
    count: found.length,
    current: page,
    next: start + size < found.length ? page + 1 : null,
    prev: page > 1 ? page - 1 : null,
    tokens: found.slice(start, start + size).map((one) => shown(one, state)),
  });
}

/** Those that are asked for by serial, of a hundred thousand, without a look at each. */
function among(serials: readonly string[] | null, { tokens }: OtpState): readonly OtpToken[] {
  if (serials === null) return [...tokens.values()];
  return [...new Set(serials)].flatMap((serial) => tokens.get(serial) ?? []);
}

function shown(token: OtpToken, { people }: OtpState) {
  const { user, userRealm, ...plain } = token;
  const isFound = people.has(user);
  return {
    ...plain,
    id: 1,
    count: 0,
    count_window: 10,
    sync_window: 1000,
    failcount: 0,
    maxfail: 10,
    otplen: 6,
    container_serial: '',
    resolver: user === '' ? '' : 'people',
    user_id: user === '' ? '' : `uid-${user}`,
    username: isFound ? user : '',
    user_realm: isFound ? userRealm : '',
    user_editable: false,
    rollout_state: '',
  };
}

function init(given: Readonly<Record<string, unknown>>, state: OtpState): Reply {
  const { serial, user, phone, realm, description = '' } = given;
  if (!state.rights.has('enrollSMS'))
    return error(state, 403, 303, 'Admin actions are defined, but the action enrollSMS is not allowed!');
  if (phone === undefined) return error(state, 400, 905, "Missing parameter: 'phone'");
  if (realm !== state.realm || !state.people.has(String(user)))
    return error(state, 400, 904, 'The user can not be found in any resolver in this realm!');
  state.writes += 1;
  const before = state.tokens.get(String(serial));
  const rekeyed = Number(before?.info.rekeyed ?? -1) + 1;
  const token: OtpToken = {
    serial: String(serial),
    tokentype: 'sms',
    active: true,
    revoked: false,
    locked: false,
    description: String(description),
    realms: [state.realm],
    user: String(user),
    userRealm: state.realm,
    info: { phone: String(phone), tokenkind: 'software', rekeyed: String(rekeyed) },
  };
  state.tokens.set(token.serial, token);
  const otpkey = { description: 'OTP seed', value: 'seed://5eedf00d5eedf00d', img: 'data:image/png;base64,5eed' };
  return value(state, true, { serial: token.serial, otpkey, googleurl: { value: 'otpauth://hotp/x?secret=5EEDF00D' } });
}

const RIGHT: Readonly<Record<string, string>> = { enable: 'enable', disable: 'disable', info: 'set_tokeninfo' };

function change(action: string, serial: string, given: Readonly<Record<string, unknown>>, state: OtpState): Reply {
  const right = RIGHT[action];
  if (right === undefined) return error(state, 404, 601, 'The requested URL was not found on the server.');
  if (!state.rights.has(right))
    return error(state, 403, 303, `Admin actions are defined, but the action ${right} is not allowed!`);
  const token = state.tokens.get(serial);
  if (token === undefined) return error(state, 404, 601, 'The requested token could not be found.');
  if (token.revoked) return error(state, 400, 1007, 'This action is not possible, since the token is locked');
  state.writes += 1;
  if (action === 'info') token.info.phone = String(given.value);
  else token.active = action === 'enable';
  return value(state, action === 'info' ? true : 1);
}
