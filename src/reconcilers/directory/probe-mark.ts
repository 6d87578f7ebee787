/** The mark and the name of throw-away accounts: what tells them from every other, also after a crash. */

/** No mark of a person's account begins like this: those have `muster` alone before the colon. */
const WORD = 'muster-probe';
const NAME_PREFIX = 'muster-probe-';
/** userAccountControl (MS-ADTS 2.2.16): ACCOUNTDISABLE. */
const DISABLED = 0x2;

export function probePrefix(instance: string): string {
  return `${WORD}:${instance}:`;
}

/** sAMAccountName has 20 characters: 13 of the prefix, and seven of chance. */
export function probeName(chance: string): string {
  return NAME_PREFIX + chance.slice(0, 7);
}

/** Whether an account is a throw-away one: by its mark, its name, and that it is disabled. All three, or it is left alone. */
export function isProbe(
  { sAMAccountName: name, userAccountControl: flags, ...values }: Readonly<Record<string, string | null | undefined>>,
  markAttribute: string,
): boolean {
  const isOff = flags !== null && flags !== undefined && (Number(flags) & DISABLED) !== 0;
  return isOff && name?.startsWith(NAME_PREFIX) === true && values[markAttribute]?.startsWith(`${WORD}:`) === true;
}
