/** Random names out of everything that means something in a name or a filter, the same ones for the same seed. */

/** Pieces by what they try: separators, escapes, ends, bytes of several kinds, look-alikes of escapes, ways out of a name. */
const PIECES: readonly string[] = [
  ...',+=;<>"\\/#*()&|!~:@[]{}^$`\'?%_-. ',
  ...[
    '\0',
    '\t',
    '\n',
    '\r',
    '\u001b',
    '\u007f',
    '\u0080',
    '\u00a0',
    '\u00ad',
    '\u200b',
    '\u202e',
    '\u2028',
    '\ufeff',
    '\ufffd',
  ],
  ...['a', 'Z', '0', '7', 'å', 'Ø', 'ß', 'ı', 'İ', 'ﬁ', '漢', '𝒳', '😀', '👩‍🔬', 'e\u0301', '\u0301', '\u0345'],
  ...['\\2c', '\\00', '\\,', '\\\\', '\\20', ',OU=', ',DC=x', '+CN=', ')(', '*)(', '<GUID=', '  '],
];

/** Text of 1 to 12 pieces; every tenth also begins or ends in a space. */
export function hostileName(random: () => number): string {
  const length = 1 + Math.floor(random() * 12);
  let name = '';
  for (let at = 0; at < length; at += 1) name += PIECES[Math.floor(random() * PIECES.length)] ?? '';
  const ends = random();
  if (ends < 0.05) return ` ${name}`;
  return ends > 0.95 ? `${name} ` : name;
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
