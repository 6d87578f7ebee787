/** What goes wrong between Muster and a mail server: what stands in the way of which mail, in plain words, and what to do about it. */
import { messageOf } from '../errors.ts';
import { printable } from '../views/printable.ts';

/**
 * - `way`: the connection, its certificate, or the log-on; this one takes no further mail.
 * - `later`: the server does not want this mail now. `refused`: it says that it never will.
 */
export type SmtpObstacle = 'way' | 'later' | 'refused';

interface SmtpFacts {
  readonly obstacle: SmtpObstacle;
  readonly what: string;
  /** What to do, in one sentence. */
  readonly next: string;
  /** Whether the whole mail was handed over and no answer came: it may have been taken. */
  readonly unanswered?: boolean;
  readonly cause?: unknown;
}

export class SmtpFailure extends Error {
  readonly obstacle: SmtpObstacle;
  readonly next: string;
  readonly unanswered: boolean;

  constructor({ obstacle, what, next, unanswered = false, cause }: SmtpFacts) {
    super(what, { cause });
    this.name = 'SmtpFailure';
    this.obstacle = obstacle;
    this.next = next;
    this.unanswered = unanswered;
  }
}

/** What nodemailer says of an error in properties of it. */
interface Details {
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly command?: string | undefined;
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
}

/** Replies from here on stay the same however often they are asked for (RFC 5321, section 4.2.1). */
const PERMANENT = 500;
/** From here on to there they may be others the next time. */
const TEMPORARY_FROM = 400;
/** The server closes the connection, whatever it was asked (RFC 5321, section 3.8). */
const GOING_DOWN = 421;
/** The server wants a log-on first (RFC 4954, section 6). */
const LOG_ON_FIRST = 530;

/** @param redact takes out what must not be shown. */
export function smtpFailure(error: unknown, handedOver: boolean, redact: (text: string) => string): SmtpFailure {
  const details: Details = error instanceof Error ? (error as Error & Details) : {};
  const { responseCode, command = '', code } = details;
  const { what, next } = wordsFor(error, details);
  const facts = { what: shortened(printable(redact(what))), next, cause: error };
  const isAboutMail = /^(RCPT|DATA)/.test(command) && responseCode !== GOING_DOWN;
  if (responseCode !== undefined && isAboutMail) {
    return new SmtpFailure({ ...facts, obstacle: responseCode >= PERMANENT ? 'refused' : 'later' });
  }
  if (responseCode === undefined && (code === 'EENVELOPE' || code === 'EMESSAGE')) {
    return new SmtpFailure({ ...facts, obstacle: 'refused' });
  }
  return new SmtpFailure({ ...facts, obstacle: 'way', unanswered: handedOver && responseCode === undefined });
}

/** Of a server's words, in characters: they go into logs and mails. */
const WORDS_MAX = 500;

function shortened(text: string): string {
  return text.length <= WORDS_MAX ? text : `${text.slice(0, WORDS_MAX)} …`;
}

type Words = Pick<SmtpFacts, 'what' | 'next'>;

/** The server's own words are shown, whatever it says; those of a library only where nobody knows better. */
function wordsFor(error: unknown, { response, responseCode, command, code, originalCode }: Details): Words {
  if (response !== undefined) {
    const answered = `The mail server answered: ${response}`;
    const what = command === 'STARTTLS' ? `There is no STARTTLS on that port. ${answered}` : answered;
    return { what, next: nextAfter(command ?? '', responseCode) };
  }
  const codes = [code, originalCode].filter((one) => one !== undefined);
  const known = TROUBLES.find((trouble) => codes.some((one) => trouble.codes.includes(one)));
  if (known !== undefined) return { what: `${known.what} (${codes.at(-1)}).`, next: known.next };
  const message = messageOf(error);
  return { what: codes.length === 0 ? message : `${message} (${codes.join(', ')})`, next: CHECK_ALL };
}

const CHECK_ALL = 'Check "notify.smtp": host, port, tls, caFile, user and password.';

/** The server could not now and may be able to later, whatever it was asked (RFC 5321, section 4.2.1). */
const TEMPORARY =
  'The server says that this will pass: what waits is tried again by itself. If it stays so, ask whoever runs the mail server.';

function nextAfter(command: string, responseCode: number | undefined): string {
  if (responseCode !== undefined && responseCode >= TEMPORARY_FROM && responseCode < PERMANENT) return TEMPORARY;
  if (responseCode === LOG_ON_FIRST) return 'Set "notify.smtp.user" and "notify.smtp.passwordFile".';
  if (command.startsWith('AUTH')) return 'Check "notify.smtp.user" and what stands in "notify.smtp.passwordFile".';
  if (command === 'STARTTLS') {
    return 'Set "notify.smtp.tls" to implicit where that port wants TLS from the first byte, or name the port that has STARTTLS.';
  }
  if (command.startsWith('MAIL')) {
    return 'Check "notify.smtp.from", and ask whoever runs the mail server which addresses this machine may send from.';
  }
  if (command.startsWith('RCPT')) {
    return 'Correct the address under "notify.to", or ask whoever runs the mail server.';
  }
  if (command.startsWith('DATA')) return 'Ask whoever runs the mail server why it does not want such mails.';
  return CHECK_ALL;
}

/** By the codes of Node, OpenSSL and nodemailer. */
const TROUBLES: readonly (Words & { readonly codes: readonly string[] })[] = [
  {
    codes: ['ECONNREFUSED'],
    what: 'Nobody listens there',
    next: 'Check "notify.smtp.host" and "notify.smtp.port", and whether the mail server runs.',
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'EDNS'],
    what: 'No server of that name is known',
    next: 'Check "notify.smtp.host", and the name server that this machine asks.',
  },
  {
    codes: ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    what: 'It does not answer',
    next: 'Check "notify.smtp.host", "notify.smtp.port" and the firewall; where that port wants TLS from the first byte, set "notify.smtp.tls" to implicit.',
  },
  {
    codes: ['ECONNECTION', 'ECONNRESET', 'EPIPE'],
    what: 'The connection was lost',
    next: 'Nothing: it is tried again. If that stays so, check "notify.smtp.port" and "notify.smtp.tls", and whether the mail server runs.',
  },
  {
    codes: ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    what: 'It does not speak TLS from the first byte',
    next: 'Set "notify.smtp.tls" to starttls, or name the port that has TLS from the first byte.',
  },
  {
    codes: [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    what: 'Its certificate is of an authority that Muster does not trust',
    next: 'Name the certificate of the right authority in "notify.smtp.caFile"; where that is there, find out who answers at this address.',
  },
  {
    codes: ['CERT_HAS_EXPIRED'],
    what: 'Its certificate has run out',
    next: 'Have whoever runs the mail server renew it.',
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    what: 'Its certificate is for another name',
    next: 'Write the name that the certificate bears in "notify.smtp.host".',
  },
];
