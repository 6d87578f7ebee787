/** The `tokens.privacyidea` part of the configuration. */
import * as z from 'zod';
import { problemOfServerUrl } from '../../../server-url.ts';

/** One answer of a healthy server takes a tenth of a second. */
const CONNECT_SECONDS = 10;
const ANSWER_SECONDS = 30;
/** A whole reading: 100,000 tokens are 100 pages. */
const READ_SECONDS = 600;
/** What a server that asks for patience gets of it in one pass: its own lane waits, and nobody else. */
const PATIENCE_SECONDS = 20;

const seconds = z.coerce.number().positive().max(3600);

/** Null: can be used. */
export function problemOfUrl(text: string): string | null {
  return problemOfServerUrl(text, 'https://otp.example.org');
}

export const privacyideaSchema = z.strictObject({
  url: z.string().superRefine((text, context) => {
    const problem = problemOfUrl(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  }),
  /** In which the people are, and their tokens. */
  realm: z.string().min(1),
  /** A lasting API token of an administrator. One of this and `login`. */
  tokenFile: z.string().min(1).optional(),
  login: z.strictObject({ user: z.string().min(1), passwordFile: z.string().min(1) }).optional(),
  /** PEM file of the authorities that sign the server's certificate; absent: those that Node trusts. */
  caFile: z.string().min(1).optional(),
  timeouts: z
    .strictObject({
      connectSeconds: seconds.default(CONNECT_SECONDS),
      answerSeconds: seconds.default(ANSWER_SECONDS),
      readSeconds: seconds.default(READ_SECONDS),
      patienceSeconds: seconds.default(PATIENCE_SECONDS),
    })
    .prefault({}),
});

export type PrivacyideaInput = z.input<typeof privacyideaSchema>;
export type PrivacyideaSettings = z.infer<typeof privacyideaSchema>;
