/** What the configuration says of mail blocks: which list says who may not send, and how to reach it. */
import { type ControlFileSettings, controlFileSchema } from '../reconcilers/mail-blocks/control-file/settings.ts';
import { type PostfixSettings, postfixSchema } from '../reconcilers/mail-blocks/postfix/settings.ts';
import type { ParsedConfig } from './schema.ts';

export type MailBlocksConfig =
  | ({ readonly kind: 'control-file' } & ControlFileSettings)
  | ({ readonly kind: 'postfix' } & PostfixSettings)
  /** DN of the group. */
  | { readonly kind: 'directory-group'; readonly group: string }
  | { readonly kind: 'embedded'; readonly file: string };

export function mailBlocksOf(
  { controlFile, postfix, directoryGroup, embedded }: NonNullable<ParsedConfig['mailBlocks']>,
  absolute: (path: string) => string,
): MailBlocksConfig {
  if (controlFile !== undefined) {
    return { kind: 'control-file', ...controlFileSchema.parse({ ...controlFile, path: absolute(controlFile.path) }) };
  }
  if (postfix !== undefined) {
    return { kind: 'postfix', ...postfixSchema.parse({ ...postfix, map: absolute(postfix.map) }) };
  }
  if (directoryGroup !== undefined) return { kind: 'directory-group', ...directoryGroup };
  if (embedded === undefined) throw new TypeError('the schema admits exactly one list');
  return { kind: 'embedded', file: absolute(embedded.file) };
}
