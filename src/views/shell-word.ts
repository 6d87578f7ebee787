/** A text as one word of a command that is to be copied into a shell. */

/** Quoted where it has to be, as POSIX shells read it: between single quotes nothing means anything but their end. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
