/** The `forge.gitlab` part of the configuration. */
import * as z from 'zod';
import { isLoopback } from '../../loopback.ts';

const CONNECT_SECONDS = 10;
/** A healthy server takes a second for a page of a hundred. */
const ANSWER_SECONDS = 30;

/** Null: can be used. In clear, the token would be shown to whoever listens, so it stays on this machine. */
export function problemOfUrl(text: string): string | null {
  if (!URL.canParse(text)) return 'This is not a URL. Write it like https://gitlab.example.org';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'No user or password in the URL';
  if (url.search !== '' || url.hash !== '') return 'Only a server and perhaps a path';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) return null;
  return 'Only https:// is possible, or http:// to this very machine';
}

/** A number, or the groups and name that stand in the project's address. */
export const PROJECT = /^(?:[1-9]\d{0,17}|[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+)$/;
/** Names that GitLab gives to people (2 to 255 letters, digits, `_`, `.`, `-`). */
export const AUTHOR = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/;

const seconds = z.number().positive().max(600);

export const gitlabSchema = z.strictObject({
  url: z.string().superRefine((text, context) => {
    const problem = problemOfUrl(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  }),
  project: z.string().regex(PROJECT),
  tokenFile: z.string().min(1),
  /** PEM file of the authorities that sign the server's certificate; absent: those that Node trusts. */
  caFile: z.string().min(1).optional(),
  timeouts: z
    .strictObject({ connectSeconds: seconds.default(CONNECT_SECONDS), answerSeconds: seconds.default(ANSWER_SECONDS) })
    .prefault({}),
});

export type GitlabInput = z.input<typeof gitlabSchema>;
export type GitlabSettings = z.infer<typeof gitlabSchema>;
