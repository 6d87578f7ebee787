/** The `mailBlocks.postfix` part of the configuration. */
import * as z from 'zod';

/** What a refused sender reads, after the code of the answer. */
export const REPLY_DEFAULT = 'Sending mail is blocked for this account';

/** As Debian and Red Hat install it; a service often has no such folder in its search path. */
const POSTMAP_DEFAULT = '/usr/sbin/postmap';
const CONFIG_FOLDER_DEFAULT = '/etc/postfix';

/** Characters; an answer of SMTP is one line of 512 bytes at most (RFC 5321, 4.5.3.1.5), with the marker in it. */
const REPLY_MAX = 200;

export const postfixSchema = z.strictObject({
  /** Path of the map, as it stands in main.cf behind "lmdb:", without the ending of the file. */
  map: z
    .string()
    .min(1)
    .refine((path) => !path.endsWith('.lmdb'), { message: 'It is named without ".lmdb", as in main.cf' })
    .refine((path) => !/\s/.test(path), { message: 'Its path may have no white space in it' }),
  reply: z
    .string()
    .min(1)
    .max(REPLY_MAX)
    .regex(/^[\x20-\x7e]+$/, { message: 'It is one line of plain ASCII text' })
    .refine((text) => !/[[\]$]/.test(text), { message: 'It may have no square brackets and no $ in it' })
    .default(REPLY_DEFAULT),
  postmap: z.string().min(1).default(POSTMAP_DEFAULT),
  configFolder: z.string().min(1).default(CONFIG_FOLDER_DEFAULT),
});

export type PostfixSettings = z.infer<typeof postfixSchema>;
