/** The `forge.gitlab` part of the configuration. */
import * as z from 'zod';
import { problemOfServerUrl } from '../../server-url.ts';

const CONNECT_SECONDS = 10;
/** A healthy server takes a second for a page of a hundred. */
const ANSWER_SECONDS = 30;

/** Null: can be used. */
export function problemOfUrl(text: string): string | null {
  return problemOfServerUrl(text, 'https://gitlab.example.org');
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
