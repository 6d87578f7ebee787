/** Why a request to GitLab failed: in words, with whether to wait or to act. */
import { MusterError, type Trouble } from '../../errors.ts';
import { type Complaints, quoted } from '../../exchange.ts';
import { ForgeBusy } from '../port.ts';

/** GitLab itself refused the request, and nothing changed there. */
export class Refusal extends MusterError {
  readonly status: number;

  constructor(trouble: Trouble, status: number) {
    super(trouble);
    this.status = status;
  }
}

const TOKEN = 'Put a valid access token of the scope "api" into "forge.gitlab.tokenFile"; it is asked again later.';
const RIGHTS = 'Give the token’s account the role Developer in the project, and the token the scope "api".';
const PROJECT = 'Check "forge.gitlab.project", and that the token’s account is a member of it.';
const LOOK = 'Look at the server; it is asked again by itself, and passes go on.';

export function refusedBy(where: string, status: number, message: string): Refusal {
  const what = `GitLab refuses it (${status}: ${quoted(message)}).`;
  if (status === 401) return new Refusal({ remedy: 'person', where, what, next: TOKEN }, status);
  if (status === 403) return new Refusal({ remedy: 'person', where, what, next: RIGHTS }, status);
  if (status === 404) return new Refusal({ remedy: 'person', where, what, next: PROJECT }, status);
  return new Refusal({ remedy: 'retry', where, what, next: LOOK }, status);
}

export function serverTrouble(where: string, status: number): MusterError {
  return trouble(where, `The server answers ${status}.`, LOOK);
}

export function noAnswer(where: string, status: number, kind: string): MusterError {
  const next = 'Check "forge.gitlab.url", and what stands between Muster and the server.';
  return trouble(where, `The server answers ${status} with ${quoted(kind)}, and not as GitLab does.`, next);
}

export function redirected(where: string, location: string | undefined): MusterError {
  const to = location === undefined || !URL.canParse(location) ? 'elsewhere' : new URL(location).origin;
  return new MusterError({
    remedy: 'person',
    where,
    what: `The server sends us to ${quoted(to)}, and a token is not sent after such a pointer.`,
    next: 'Write the address that answers itself into "forge.gitlab.url"; a project that moved has another "project".',
  });
}

export function askedToWait(where: string, seconds: number): ForgeBusy {
  const what = `GitLab asks to be left alone for ${seconds} s.`;
  const next = 'It is asked again after that; raise its limits if it goes on.';
  return new ForgeBusy({ remedy: 'retry', where, what, next }, seconds);
}

/** @param where server and step */
export function complaintsAt(where: string): Complaints {
  return {
    unreached: (what) => trouble(where, what, LOOK),
    strange: (status, kind) => noAnswer(where, status, kind),
    untrusted: (code, cause) =>
      new MusterError(
        {
          remedy: 'person',
          where,
          what: `The server’s certificate is not trusted (${code}).`,
          next: 'Put the authority that signed it into "forge.gitlab.caFile", or have the certificate renewed.',
        },
        { cause },
      ),
  };
}

function trouble(where: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'retry', where, what, next });
}
