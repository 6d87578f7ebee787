/** Which URLs and branches of a Git repository a configuration may name. */
import { z } from 'zod';

/** Longer addresses and branch names are no one's. */
const URL_MAX = 1_024;
const BRANCH_MAX = 200;

const HOST = '[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?';
const USER = '[A-Za-z0-9_][A-Za-z0-9._-]*';
/** Visible ASCII without quotes, backslash, backquote, or anything a shell or Git gives a meaning to; letters of all scripts. */
const PATH = '[\\p{L}\\p{N}._~%+/@,=-]*';
const HTTPS = new RegExp(`^https://${HOST}(?::\\d{1,5})?/${PATH}$`, 'u');
const SSH = new RegExp(`^ssh://(?:${USER}@)?${HOST}(?::\\d{1,5})?/${PATH}$`, 'u');
/** `git@host:path`; the path may not begin with a hyphen or another slash pair. */
const SCP_LIKE = new RegExp(`^(?:${USER}@)?${HOST}:(?!-|//)${PATH}$`, 'u');
const ABSOLUTE = /^\/(?!\/)[\p{L}\p{N}\p{P}\p{S} ]*$/u;
/** The rules of git-check-ref-format(1), narrowed to names that people give. */
const BRANCH = /^(?=[\p{L}\p{N}_])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|[/.]$))[\p{L}\p{N}._/+@#=-]+$/u;

const url = z
  .string()
  .min(1)
  .max(URL_MAX)
  .refine((text) => !/^https:\/\/[^/]*@/.test(text), {
    error: 'A user name or password does not belong in the URL: use ssh, or a netrc file for https.',
    abort: true,
  })
  .refine((text) => HTTPS.test(text) || SSH.test(text) || SCP_LIKE.test(text) || ABSOLUTE.test(text), {
    error: 'Write https://host/path, ssh://user@host/path, user@host:path, or an absolute path.',
  });

const branch = z
  .string()
  .min(1)
  .max(BRANCH_MAX)
  .refine((text) => BRANCH.test(text) && text !== '@' && text !== 'HEAD', {
    error: 'This is no name of a branch, as in main or release/2027.',
  });

/** `{ url, branch }` as the configuration gives it: https, ssh (also `user@host:path`), or an absolute path; never an option. */
export const gitSourceSchema = z.strictObject({ url, branch });

export type GitAddress = z.infer<typeof gitSourceSchema>;
