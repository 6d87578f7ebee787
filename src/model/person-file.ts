/** A person's entry as a file of its own, with remarks for whoever reads it; and where such a file stands. */
import type { User } from './document.ts';
import { userText } from './entry-text.ts';

/** A remark at a field, or at the top where it is about none. */
export interface FileRemark {
  readonly field: 'state' | 'ends' | null;
  readonly text: string;
}

/** Minimal: what is absent is left out. Ends with a newline. */
export function personFileText(user: User, remarks: readonly FileRemark[]): string {
  const top = remarks.filter(({ field }) => field === null).map(({ text }) => `# ${oneLine(text)}`);
  const lines = userText(user, user.state)
    .split('\n')
    .flatMap((line) => {
      const own = remarks.filter(({ field }) => field !== null && line.startsWith(`${field}:`));
      return [...own.map(({ text }) => `# ${oneLine(text)}`), line];
    });
  return `${[...top, ...lines].join('\n')}\n`;
}

/** A remark ends with its line: what came from elsewhere may not begin another. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

/** A file whose name begins with a dot is not read. */
export function personFilePath({ institution, username }: User): string {
  return `users/${institution}/${username.startsWith('.') ? '_' : ''}${username}.yaml`;
}
