/** YAML 1.2, failsafe schema, as a located tree; what it refuses is said in plain words, never in the parser's own. */
import { Composer, isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, Parser, Scalar, Schema } from 'yaml';
import type { Field, Problem, Spot, TextNode, Tree, TreeNode } from '../model/tree.ts';
import { lineWith } from '../model/tree.ts';
import { asValue, quoted } from '../model/wording.ts';
import { decode, type Fault, unwelcome } from './decode.ts';
import { faultIn } from './line-faults.ts';

/** Entries are two or three levels deep; each level costs stack. */
const DEPTH_MAX = 16;
/** Some 2,000 people in one file; more would keep the process from its other work for over a second. */
const LINES_MAX = 20_000;
/** Four times the longest reason; the parser's time grows with the square of some long lines. */
const LINE_CHARACTERS_MAX = 2_000;
/** What lists, groups, quotes and YAML's own signs are made of, beyond one a line. Bounded for the same reason. */
const MARKS_MAX = 20_000;
/** Shorter texts stay below both of the limits above in any case. */
const SHORT_CHARACTERS = 16_000;
/** Mistakes in the layout shown at once: enough for an evening, and each costs one more reading of the file. */
const FAULTS_MAX = 25;
/** What is spent on those readings in all; of a larger file the first mistake is shown, and the others once it is mended. */
const REREAD_CHARACTERS_MAX = 128 * 1024;

const NESTED_ON_ONE_LINE = new RegExp(`(?:[\\[{]\\s*|[-?:] +){${DEPTH_MAX + 1}}`);
const FAILSAFE = new Schema({ schema: 'failsafe' });

export interface YamlText {
  /** As decoded, lines ended by `\n`. */
  readonly text: string;
  /** What the text says, or would say with the faults mended where that is plain; null where that cannot be told. */
  readonly tree: Tree | null;
  /** Why the text may not be believed; empty: it may. */
  readonly faults: readonly Problem[];
}

/**
 * Reads one file. `fieldNames` are all field names there are, to recognise `phone:+45…` for what it was meant to be.
 * Never throws; takes time linear in the size, up to a second for the largest file accepted.
 */
export function readYaml(bytes: Uint8Array, fieldNames: ReadonlySet<string>): YamlText {
  const { text, fault } = decode(bytes);
  const faults: Problem[] = fault === null ? [] : [shownPart(fault)];
  let current = text;
  const rounds = Math.min(FAULTS_MAX, 1 + Math.floor(REREAD_CHARACTERS_MAX / (text.length + 1)));
  for (let round = 0; round < rounds; round++) {
    const outcome = tooMuch(current) ?? unwelcome(current) ?? parse(current, fieldNames);
    if ('root' in outcome) return { text, tree: outcome, faults };
    const last = faults.at(-1);
    if (last?.line !== outcome.line) faults.push(shownPart(outcome));
    // One line, one message: its corrected line mends all that is wrong with it.
    else if (outcome.fix !== undefined) faults.splice(-1, 1, { ...last, fix: outcome.fix });
    const mended = mend(current, outcome);
    if (mended === null) break;
    current = mended;
  }
  return { text, tree: null, faults };
}

function shownPart({ line, column, message, fix }: Fault): Problem {
  return fix === undefined ? { line, column, message } : { line, column, message, fix };
}

/** The text with one line mended, to look for what else is wrong; null where nobody can tell what was meant. */
function mend(text: string, fault: Fault): string | null {
  const line = fault.repair ?? fault.fix;
  const lines = text.split('\n');
  if (line === undefined || lines[fault.line - 1] === line) return null;
  lines[fault.line - 1] = line;
  return lines.join('\n');
}

/** Bounds the parser's work before it begins. */
function tooMuch(text: string): Fault | null {
  if (text.length > SHORT_CHARACTERS) {
    if (count(text, /\n/g, LINES_MAX)) return sizeFault(`has more than ${LINES_MAX} lines`);
    if (count(text, /[,[{&*!|>"']|- /g, MARKS_MAX))
      return sizeFault(`has more than ${MARKS_MAX} lists, brackets and quotes`);
  }
  if (text.length > LINE_CHARACTERS_MAX) {
    const long = text.split('\n').findIndex((line) => line.length > LINE_CHARACTERS_MAX);
    const message = `This line is longer than ${LINE_CHARACTERS_MAX} characters.`;
    if (long >= 0) return { line: long + 1, column: 1, message };
  }
  const nested = NESTED_ON_ONE_LINE.exec(text);
  return nested === null ? null : tooDeep(text.slice(0, nested.index).split('\n').length);
}

function count(text: string, pattern: RegExp, limit: number): boolean {
  let seen = 0;
  for (const _ of text.matchAll(pattern)) if (++seen > limit) return true;
  return false;
}

function sizeFault(what: string): Fault {
  return { line: 1, column: 1, message: `This file ${what}. Split it into several files.` };
}

function tooDeep(line: number): Fault {
  return { line, column: 1, message: `Groups and lists are nested more than ${DEPTH_MAX} levels deep here.` };
}

function parse(text: string, fieldNames: ReadonlySet<string>): Tree | Fault {
  // `uniqueKeys` would compare every key with every other (42 s for 50,000); the form finds what stands twice.
  const composer = new Composer({
    schema: FAILSAFE,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  const [document, second] = composer.compose(new Parser().parse(text), true, text.length);
  const lines = text.split('\n');
  const reader = new Reader(lines);
  const error = document?.errors[0];
  if (error !== undefined) return faultIn(lines, reader.spot(error.pos[0]), fieldNames);
  if (second !== undefined) return faultIn(lines, reader.spot(second.range[0]), fieldNames);
  const root = document?.contents ?? null;
  if (root === null) return { root: null, lines };
  const tree = reader.node(root, 1);
  return reader.deepAt === null ? { root: tree, lines } : tooDeep(reader.deepAt);
}

/** Turns the parser's nodes into ours; offsets only grow on the way, so finding their lines is one walk. */
class Reader {
  readonly lines: readonly string[];
  /** Line at which the depth limit was passed. */
  deepAt: number | null = null;
  #line = 0;
  #lineStart = 0;

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  spot(offset: number): Spot {
    if (offset < this.#lineStart) {
      this.#line = 0;
      this.#lineStart = 0;
    }
    let length = this.lines[this.#line]?.length ?? 0;
    while (offset > this.#lineStart + length && this.#line < this.lines.length - 1) {
      this.#lineStart += length + 1;
      this.#line += 1;
      length = this.lines[this.#line]?.length ?? 0;
    }
    return { line: this.#line + 1, column: offset - this.#lineStart + 1 };
  }

  node(node: ParsedNode, depth: number): TreeNode {
    const spot = this.spot(node.range[0]);
    if (depth > DEPTH_MAX) {
      this.deepAt ??= spot.line;
      return { ...spot, kind: 'list', items: [] };
    }
    if (isMap<Scalar<string>, ParsedNode | null>(node)) {
      const fields = node.items.map((pair) => this.field(pair, depth));
      const first = fields[0] ?? spot;
      return this.withFault({ kind: 'fields', line: first.line, column: first.column, fields }, node);
    }
    if (isSeq<ParsedNode>(node)) {
      return this.withFault(
        { ...spot, kind: 'list', items: node.items.map((item) => this.node(item, depth + 1)) },
        node,
      );
    }
    return this.text(node, spot);
  }

  field({ key, value }: Pair<Scalar<string>, ParsedNode | null>, depth: number): Field {
    const [start = 0, end = 0] = key.range ?? [];
    const spot = this.spot(start);
    const read = value === null ? this.nothing(end) : this.node(value, depth + 1);
    return { ...spot, name: key.value, value: read };
  }

  /** A flow entry without a colon has no value node at all. */
  nothing(offset: number): TextNode {
    const spot = this.spot(offset);
    return { ...spot, kind: 'text', text: '', style: 'empty', end: spot.column, remark: false };
  }

  text(node: ParsedNode, spot: Spot): TextNode {
    const [, valueEnd] = node.range;
    const last = this.spot(valueEnd);
    const line = this.lines[spot.line - 1] ?? '';
    const oneLine = last.line === spot.line;
    const end = oneLine ? last.column : line.length + 1;
    const remark = oneLine && /^[ \t]*#/.test(line.slice(end - 1));
    const located = { ...spot, kind: 'text', end, remark } as const;
    if (!isScalar<string>(node)) return this.withFault({ ...located, text: '', style: 'plain' }, node);
    const value = node.value ?? '';
    if (!oneLine || node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL) {
      return {
        ...located,
        text: value,
        style: 'quoted',
        fault: this.severalLines({ ...spot, end: line.length + 1 }, value),
      };
    }
    const plain = node.type === undefined || node.type === Scalar.PLAIN;
    const style = plain ? (valueEnd === node.range[0] ? 'empty' : 'plain') : 'quoted';
    return this.withFault({ ...located, text: value, style }, node);
  }

  severalLines(spot: Spot & { readonly end: number }, value: string): Problem {
    const message =
      'This text goes on over the next line. Write all of it on one line; if the next line is a field, it begins too far to the right.';
    const joined = value.trim().replace(/\s+/g, ' ');
    const fix = lineWith({ root: null, lines: this.lines }, spot, asValue(joined));
    // What looks like a field among the text was probably meant as one: only the author can tell.
    return { line: spot.line, column: spot.column, message, ...(/[a-z]:/i.test(joined) ? {} : { fix }) };
  }

  withFault<N extends TreeNode>(tree: N, node: ParsedNode): N {
    const special = isAlias(node) ? '*' : node.anchor !== undefined ? '&' : node.tag !== undefined ? '!' : null;
    if (special === null) return tree;
    const { line, column } = tree;
    const message = `\`${special}\` at the start of a value has a special meaning that is not used here. Leave it out, or put the text in quotes.`;
    const text = this.lines[line - 1] ?? '';
    const before = special === '*' ? null : /[&!]\S*\s*$/.exec(text.slice(0, column - 1));
    if (tree.kind !== 'text') return { ...tree, fault: { line, column, message } };
    const start = before?.index ?? column - 1;
    const written = text.slice(start, tree.end - 1);
    const place = { line, column: start + 1, end: tree.end };
    const all = { root: null, lines: this.lines };
    const bare = written.replace(/^(?:\*|&\S+\s*|!!\S+\s*|!)/, '');
    const fault = {
      line,
      column: start + 1,
      message,
      fix: lineWith(all, place, quoted(written)),
      bareFix: lineWith(all, place, bare),
    };
    return { ...tree, fault };
  }
}
