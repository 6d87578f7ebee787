/** What a view may do to the look of a text: the caller decides whether that means colour or nothing. */

export type Tone = 'plain' | 'strong' | 'good' | 'bad' | 'warn' | 'faint';

/** Gives a text its tone. Never changes what it says. */
export type Style = (tone: Tone, text: string) => string;

/** No colour, no weight: for pipes, files and tests. */
export const plainStyle: Style = (_tone, text) => text;
