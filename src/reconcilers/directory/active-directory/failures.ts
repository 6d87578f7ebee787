/** What a directory server or the way to it refused, in words that say whose turn it is. */
import { ResultCodeError } from 'ldapts';
import { MusterError, messageOf } from '../../../errors.ts';
import { CHANGED_MEANWHILE, NAME_TAKEN, PASSWORD_REFUSED, refusal, UPN_TAKEN, type Words } from '../refusals.ts';

/** Longest piece of a server's own text that is quoted, in characters: enough for its code and its first words. */
const QUOTED_MAX = 160;

const ASK_AGAIN = 'The next pass tries again; if it goes on, look at that server.';
const REPORT = 'Please report this with the log of the run.';

/** Reasons of a refused bind: the `data` part of the server's text (Windows system error codes, hex). */
const BIND_REFUSALS: Readonly<Record<string, readonly [what: string, next: string]>> = {
  '525': ['No such account.', 'Check bind.user in the configuration.'],
  '52e': ['The username or the password is wrong.', 'Check bind.user and the password file in the configuration.'],
  '530': ['The account may not log in at this hour.', 'Lift the logon hours of that account in the directory.'],
  '531': ['The account may not log in from here.', 'Allow this computer for that account in the directory.'],
  '532': ['The password of the account has expired.', 'Set a new one in the directory and in the password file.'],
  '533': ['The account is disabled.', 'Enable it in the directory.'],
  '701': ['The account has expired.', 'Lift its end date in the directory.'],
  '773': ['The account must change its password first.', 'Set a password without must-change in the directory.'],
  '775': ['The account is locked.', 'Unlock it in the directory, and find out who tries wrong passwords.'],
};

/** Failures before LDAP is spoken, by Node's error code. */
const CONNECT_FAILURES: Readonly<Record<string, Words>> = {
  ECONNREFUSED: {
    remedy: 'retry',
    what: 'The server refused the connection.',
    next: 'Check that it runs and serves LDAPS on that port.',
  },
  ECONNRESET: {
    remedy: 'retry',
    what: 'The server broke the connection off.',
    next: 'Check that it serves LDAPS on that port.',
  },
  EPIPE: { remedy: 'retry', what: 'The server broke the connection off.', next: ASK_AGAIN },
  ETIMEDOUT: {
    remedy: 'retry',
    what: 'The server did not answer in time.',
    next: 'Check that it runs and that no firewall is in between.',
  },
  EHOSTUNREACH: {
    remedy: 'retry',
    what: 'There is no way to the server.',
    next: 'Check the network between here and there.',
  },
  ENETUNREACH: {
    remedy: 'retry',
    what: 'There is no way to the server.',
    next: 'Check the network between here and there.',
  },
  ENOTFOUND: {
    remedy: 'person',
    what: 'No such server name is known.',
    next: 'Check the URL in the configuration, and the name service.',
  },
  EAI_AGAIN: {
    remedy: 'retry',
    what: 'The name service did not answer.',
    next: 'Check the name service of this computer.',
  },
  CERT_HAS_EXPIRED: {
    remedy: 'person',
    what: "The server's certificate has expired.",
    next: 'Renew the certificate on the server.',
  },
  CERT_NOT_YET_VALID: {
    remedy: 'person',
    what: "The server's certificate is not valid yet.",
    next: "Check this computer's clock, and the certificate.",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    remedy: 'person',
    what: "The server's certificate is made out to another name.",
    next: 'Write the name that the certificate bears into the URL, or renew the certificate.',
  },
  INVALID_PURPOSE: {
    remedy: 'person',
    what: "The server's certificate is not made for a server, or was signed by something that is no authority.",
    next: 'Renew the certificate, for server authentication.',
  },
};

const UNKNOWN_AUTHORITY: Words = {
  remedy: 'person',
  what: "The server's certificate comes from an authority that is not trusted here.",
  next: "Put that authority's certificate into the caFile of the configuration, after making sure that it is the right one.",
};
const UNKNOWN_AUTHORITY_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** Result codes (RFC 4511 appendix A.2) whose meaning does not depend on the step. */
const BY_CODE: Readonly<Record<number, Words>> = {
  1: {
    remedy: 'retry',
    what: 'The server says that it can’t do this now.',
    next: 'Check that the login still holds, and look at the server.',
  },
  3: { remedy: 'retry', what: 'The server ran into its time limit.', next: ASK_AGAIN },
  4: { remedy: 'retry', what: 'The server ran into its size limit.', next: ASK_AGAIN },
  8: {
    remedy: 'person',
    what: 'The server asks for a stronger way of logging in.',
    next: 'Allow simple bind over LDAPS on the server.',
  },
  10: {
    remedy: 'person',
    what: 'The server points to another server; Muster never follows.',
    next: 'Name writable domain controllers of the right domain in the configuration.',
  },
  11: { remedy: 'retry', what: 'The server ran into an administrative limit.', next: ASK_AGAIN },
  12: {
    remedy: 'person',
    what: 'The server does not know a control that is needed for reading everything.',
    next: 'Use a server that pages its results (RFC 2696).',
  },
  17: {
    remedy: 'person',
    what: 'The directory does not know an attribute.',
    next: 'Check the attribute names in the configuration.',
  },
  18: { remedy: 'bug', what: 'The server can’t compare values in that way.', next: REPORT },
  21: {
    remedy: 'person',
    what: 'The server does not accept the form of a value.',
    next: 'Check the value: it may be too long for its attribute.',
  },
  32: {
    remedy: 'person',
    what: 'There is no such object, or Muster may not see it.',
    next: 'Check the name, and the rights of the account Muster logs in with.',
  },
  34: {
    remedy: 'person',
    what: 'The server does not accept a distinguished name.',
    next: 'Check the names of units in the configuration.',
  },
  50: {
    remedy: 'person',
    what: 'Muster’s account does not have the right to do this.',
    next: 'Give it the rights named in docs/operating.md where that account lies.',
  },
  51: { remedy: 'retry', what: 'The server is busy.', next: ASK_AGAIN },
  52: { remedy: 'retry', what: 'The server is not available at present.', next: ASK_AGAIN },
  53: {
    remedy: 'person',
    what: 'The server is not willing to do this.',
    next: 'Read its words; often a password rule or a protected object is behind it.',
  },
  65: {
    remedy: 'person',
    what: 'The account would break the directory’s schema.',
    next: 'Check the mapped attributes.',
  },
};

/** @returns the MusterError for anything that went wrong on the way to a server, or in a bind. */
export function connectFailure(server: string, step: string, error: unknown): MusterError {
  if (error instanceof MusterError) return error;
  if (error instanceof ResultCodeError && error.code === 49) {
    const data = /\bdata ([0-9a-f]+)/i.exec(error.message)?.[1]?.toLowerCase() ?? '52e';
    const [what, next] = BIND_REFUSALS[data] ?? [
      'The login was refused.',
      'Check bind.user and the password file in the configuration.',
    ];
    return failure(server, step, { remedy: 'person', what: `${what} ${quoted(error)}`, next }, error);
  }
  return operationFailure(server, step, error);
}

/** @returns the MusterError for a failed reading step, or for a write that the server refused. */
export function operationFailure(server: string, step: string, error: unknown): MusterError {
  if (error instanceof MusterError) return error;
  if (error instanceof ResultCodeError) {
    const words = specialCase(error) ?? BY_CODE[error.code];
    const known = words ?? { remedy: 'retry', what: `The server answered with code ${error.code}.`, next: ASK_AGAIN };
    return failure(server, step, { ...known, what: `${known.what} ${quoted(error)}` }, error);
  }
  return failure(server, step, transportWords(error), error);
}

/** A write that the server refused because a right is missing; `right` completes "does not have the right to …". */
export function rightMissing(server: string, step: string, right: string, error: ResultCodeError): MusterError {
  const { what, next, remedy } = operationFailure(server, step, error);
  return failure(server, step, { remedy, what: what.replace('to do this', `to ${right}`), next }, error);
}

/**
 * A write whose request was sent and whose answer never came: done or not, nobody knows. It must be read again before
 * anything is repeated.
 */
export function outcomeUnknown(server: string, step: string, error: unknown): MusterError {
  const words: Words = {
    remedy: 'retry',
    what: 'The change was sent, but no answer came, so the outcome is unknown.',
    next: 'The next pass reads what is there before it does anything more.',
    silence: 'unanswered',
  };
  return failure(server, step, words, error);
}

/** A request that could not be sent because the one connection is gone. */
export function connectionLost(server: string, step: string): MusterError {
  const words: Words = {
    remedy: 'retry',
    what: 'The connection is gone; nothing was sent, and it is not opened again in the middle of a run.',
    next: ASK_AGAIN,
    silence: 'cut-off',
  };
  return failure(server, step, words, undefined);
}

/** Whether the server itself gave a result: then the request was judged, and did not take effect. */
export function isAnswer(error: unknown): error is ResultCodeError {
  // 248 is ldapts' own code for "no answer at all".
  return error instanceof ResultCodeError && error.code !== 248;
}

export function isCode(error: unknown, code: number): boolean {
  return error instanceof ResultCodeError && error.code === code;
}

/** Refusals whose meaning is in the Windows error code at the head of the server's text (MS-ERREF 2.2), or differs by code. */
function specialCase(error: ResultCodeError): Words | null {
  const text = error.message;
  const { code } = error;
  if (code === 16 && /not found in the schema|00000057/i.test(text)) return BY_CODE[17] ?? null;
  if (code === 16 || code === 20 || (code === 19 && /^0000(2081|200D)/i.test(text))) return CHANGED_MEANWHILE;
  if ((code === 19 || code === 53) && /^0000052D/i.test(text)) return PASSWORD_REFUSED;
  // ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST 21C8, and what Samba says for the same thing.
  if (code === 19 && /^0000(21C8|202F)/i.test(text)) return UPN_TAKEN;
  if (code === 68) return NAME_TAKEN;
  if (code === 19)
    return { remedy: 'person', what: 'The server does not accept a value.', next: 'Check the value in its words.' };
  return null;
}

function transportWords(error: unknown): Words {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = UNKNOWN_AUTHORITY_CODES.has(code) ? UNKNOWN_AUTHORITY : CONNECT_FAILURES[code];
  if (known) return known;
  // OpenSSL's reasons that Node has no name for: weak keys, weak signatures, broken constraints.
  if (code === 'UNSPECIFIED') {
    return {
      remedy: 'person',
      what: `The server's certificate can't be accepted (${messageOf(error)}).`,
      next: 'Renew the certificate with present-day keys and signatures.',
    };
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return {
      remedy: 'person',
      what: `The server does not speak TLS as it should (${code}).`,
      next: 'Check that the port is the one for LDAPS, usually 636.',
    };
  }
  const text = messageOf(error);
  // ldapts has no codes for these: its texts are pinned with its version, and held by tests.
  if (/timeout|timed out/i.test(text))
    return { remedy: 'retry', what: 'The server did not answer in time.', next: ASK_AGAIN };
  if (/Connection closed|Socket error|not established/i.test(text)) {
    return { remedy: 'retry', what: 'The server broke the connection off.', next: ASK_AGAIN };
  }
  return {
    remedy: 'retry',
    what: `The conversation with the server failed (${text.slice(0, QUOTED_MAX)}).`,
    next: ASK_AGAIN,
  };
}

function quoted(error: ResultCodeError): string {
  const text = error.message
    .replace(/\s*Code: 0x[0-9a-f]+$/i, '')
    .replaceAll(/[\s\0]+/g, ' ')
    .trim();
  const cut = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  return cut === '' ? `(Code ${error.code}.)` : `(Code ${error.code}: ${cut})`;
}

function failure(server: string, step: string, words: Words, cause: unknown): MusterError {
  return refusal(`${server}, ${step}`, words, cause);
}
