/** Why a request to privacyIDEA failed: in words, with whether to wait or to act, and whether it may have taken effect. */
import { MusterError, type Silence } from '../../../errors.ts';
import { type Complaints, quoted } from '../../../exchange.ts';

/** The numbers that privacyIDEA gives its errors. */
export const UNKNOWN_USER = 904;
export const UNKNOWN_SERIAL = 601;

/** A request as it failed. @param isWrite whether it would have changed anything */
export interface Failing {
  readonly where: string;
  readonly isWrite: boolean;
}

/** Refused by privacyIDEA itself, which has changed nothing then. */
export class Refusal extends MusterError {
  readonly code: number;

  constructor(trouble: ConstructorParameters<typeof MusterError>[0], code: number) {
    super(trouble);
    this.code = code;
  }
}

const LOG_ON = 'Give Muster another API token or password; the account must be an administrator there.';
const RIGHTS =
  'Give Muster’s account the rights tokenlist, enrollSMS, enable, disable and set_tokeninfo (a policy of scope admin).';
const LOOK = 'Look at the server and its log; it is tried again.';

export function refusedBy({ where }: Failing, status: number, code: number, message: string): Refusal {
  const said = `privacyIDEA refuses it (${status}/${code}: ${quoted(message)}).`;
  if (status === 401) return new Refusal({ remedy: 'person', where, what: said, next: LOG_ON }, code);
  if (status === 403) return new Refusal({ remedy: 'person', where, what: said, next: RIGHTS }, code);
  if (status === 404) return new Refusal({ remedy: 'retry', where, what: said, next: 'Sync again.' }, code);
  const next = 'Look at the policies there, and at what the message says.';
  return new Refusal({ remedy: 'person', where, what: said, next }, code);
}

/** Something between, or a server in trouble: whether a write went through nobody knows. */
export function serverTrouble(failing: Failing, status: number): MusterError {
  return doubtful(failing, `The server answers ${status}, which is no answer of privacyIDEA to this.`, LOOK);
}

export function noAnswer(failing: Failing, status: number, kind: string): MusterError {
  const next = 'Check "tokens.privacyidea.url", and what stands between Muster and the server.';
  return doubtful(failing, `The server answers ${status} with ${quoted(kind)}, and not as privacyIDEA does.`, next);
}

export function redirected({ where }: Failing, location: string | undefined): MusterError {
  const to = location === undefined || !URL.canParse(location) ? 'elsewhere' : new URL(location).origin;
  return new MusterError({
    remedy: 'person',
    where,
    what: `The server sends us to ${quoted(to)}, and a log-on is not sent after such a pointer.`,
    next: 'Write the address that answers itself into "tokens.privacyidea.url".',
  });
}

export function askedToWait({ where }: Failing, seconds: number): MusterError {
  const what = `The server asks to be left alone for ${seconds} s.`;
  return new MusterError({
    remedy: 'retry',
    where,
    what,
    next: 'It is asked again in a later pass; raise its limits if it goes on.',
  });
}

export function complaintsOf(failing: Failing): Complaints {
  return {
    unreached: (what, sent) => doubtful({ ...failing, isWrite: failing.isWrite && sent }, what, LOOK),
    strange: (status, kind) => noAnswer(failing, status, kind),
    untrusted: (code, cause) =>
      new MusterError(
        {
          remedy: 'person',
          where: failing.where,
          what: `The server’s certificate is not trusted (${code}).`,
          next: 'Put the authority that signed it into "tokens.privacyidea.caFile", or have the certificate renewed.',
        },
        { cause },
      ),
  };
}

function doubtful({ where, isWrite }: Failing, what: string, next: string): MusterError {
  const silence: Silence | undefined = isWrite ? 'unanswered' : undefined;
  return new MusterError({ remedy: 'retry', where, what, next, silence });
}
