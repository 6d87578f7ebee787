/** A page: what a view says, in order, before it becomes text for a terminal or Markdown for a merge request. */
import { type Origin, place } from '../diagnostic.ts';
import type { Tone } from './style.ts';

/** Words, or something to be shown letter for letter (a place, a command, a value). */
export type Inline = string | { readonly code: string };
export type Phrase = readonly Inline[];

export type Block = Line | Item | Snippet | Section | Table;

export interface Line {
  readonly kind: 'line';
  readonly phrase: Phrase;
  readonly tone: Tone;
}

/** One thing in a list, with what is to be said about it underneath. */
export interface Item {
  readonly kind: 'item';
  readonly phrase: Phrase;
  readonly tone: Tone;
  readonly blocks: readonly Block[];
}

/** Lines to copy: a command, or YAML. */
export interface Snippet {
  readonly kind: 'snippet';
  readonly lines: readonly string[];
}

export interface Section {
  readonly kind: 'section';
  readonly title: string;
  readonly tone: Tone;
  readonly blocks: readonly Block[];
}

/** Rows of as many cells as the head has; the first cell of each says what the row is about. */
export interface Table {
  readonly kind: 'table';
  /** What it is a table of, for who can't see it. */
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Cell {
  readonly text: string;
  readonly tone: Tone;
}

export interface Page {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export function line(phrase: Phrase | string, tone: Tone = 'plain'): Line {
  return { kind: 'line', phrase: typeof phrase === 'string' ? [phrase] : phrase, tone };
}

export function item(phrase: Phrase | string, blocks: readonly Block[] = [], tone: Tone = 'plain'): Item {
  return { kind: 'item', phrase: typeof phrase === 'string' ? [phrase] : phrase, tone, blocks };
}

export function snippet(text: string): Snippet {
  return { kind: 'snippet', lines: text.split(/\r?\n/) };
}

export function cell(text: string, tone: Tone = 'plain'): Cell {
  return { text, tone };
}

/** A section, or nothing where it would be empty. */
export function section(title: string, blocks: readonly Block[], tone: Tone = 'strong'): readonly Section[] {
  return blocks.length === 0 ? [] : [{ kind: 'section', title, tone, blocks }];
}

/** ` (users/cbs/ajensen.yaml:4)`, or nothing. */
export function whereFrom(origin: Origin | null, further: readonly Origin[] = []): Phrase {
  const places = [...(origin === null ? [] : [origin]), ...further].map(({ file, line }) => place({ file, line }));
  if (places.length === 0) return [];
  return [' (', ...[...new Set(places)].flatMap((code, at) => (at === 0 ? [{ code }] : [', ', { code }])), ')'];
}

/** A sentence in which backticks stand around what is to be shown letter for letter, as mistakes are worded. */
export function worded(text: string): Phrase {
  // With one group in the pattern, every second piece stood between two backticks.
  return text.split(/`([^`]+)`/).map((piece, n): Inline => (n % 2 === 0 ? piece : { code: piece }));
}

/** A command inside a sentence, as in `run "muster resume"`. */
const quotedCommand = /"(muster [^"]+)"/;

/**
 * What to do next: a command alone on a line of its own to be copied, anything else as a sentence; lines after the
 * first are what to write.
 */
export function nextStep(text: string): readonly Block[] {
  if (text.startsWith('muster ')) return [snippet(text)];
  const [sentence = '', ...rest] = text.split('\n');
  // With one group in the pattern, every second piece is a command.
  const pieces = sentence.split(quotedCommand);
  const phrase = pieces.flatMap((piece, n): Phrase => (n % 2 === 0 ? [piece] : ['"', { code: piece }, '"']));
  return [line(phrase), ...(rest.length === 0 ? [] : [snippet(rest.join('\n'))])];
}
