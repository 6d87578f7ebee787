/** Ids and passwords that are the same in every run of one name: two runs that do the same send the same bytes. */
import { createHash } from 'node:crypto';

export interface FixedChance {
  readonly newId: () => string;
  readonly random: (bytes: number) => Uint8Array;
}

/** Begins anew at each call; other names, other ids and passwords. */
export function fixedChance(name: string): FixedChance {
  let drawn = 0;
  const digest = () => {
    drawn += 1;
    return createHash('sha256').update(`${name} ${drawn}`).digest();
  };
  return {
    newId: () =>
      digest()
        .toString('hex')
        .slice(0, 32)
        .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5'),
    random: (bytes) => Buffer.concat(Array.from({ length: Math.ceil(bytes / 32) }, digest)).subarray(0, bytes),
  };
}
