/** Changes single values of a person's entry in the text that somebody wrote: every comment, blank and quote around them stays. */
import {
  type Composer,
  CST,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  Parser,
  type Scalar,
  type YAMLMap,
  Composer as YamlComposer,
} from 'yaml';
import { fold } from '../model/document.ts';
import { asValue } from '../model/wording.ts';

/** Path of a field, as in `name.given`, to its new value. */
export type FieldChanges = ReadonlyMap<string, string>;

type Entry = YAMLMap<Scalar<string>, ParsedNode | null>;

/**
 * The text with these fields of that person's entry set; a field that is not there yet follows the state.
 * Null where the entry is not found or not written in a way that can be edited.
 */
export function withFields(text: string, username: string, changes: FieldChanges): string | null {
  const { tokens, entry } = entryIn(text, username);
  if (entry === null) return null;
  const missing: [string, string][] = [];
  for (const [path, value] of changes) {
    const scalar = scalarAt(entry, path.split('.'));
    if (scalar === 'missing') missing.push([path, value]);
    else if (scalar === null || !setValue(scalar, value)) return null;
  }
  const edited = tokens.map((token) => CST.stringify(token)).join('');
  return missing.reduce<string | null>(
    (before, [path, value]) => before && withLine(before, username, path, value),
    edited,
  );
}

function entryIn(
  text: string,
  username: string,
): { readonly tokens: readonly CST.Token[]; readonly entry: Entry | null } {
  const tokens = [...new Parser().parse(text)];
  const composer: Composer = new YamlComposer({
    schema: 'failsafe',
    keepSourceTokens: true,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const [document] = [...composer.compose(tokens)];
  const root = document === undefined || document.errors.length > 0 ? null : document.contents;
  const entries = isSeq<ParsedNode>(root) ? root.items : [root];
  const found = entries.find((node) => {
    const name = isMap(node) ? node.get('username') : undefined;
    return typeof name === 'string' && fold(name) === fold(username);
  });
  // `isMap` tells no types of what is in it; keys and values of the failsafe schema are texts, lists and maps.
  return { tokens, entry: isMap(found) ? (found as Entry) : null };
}

/** Null: there is something else than a text. */
function scalarAt(entry: Entry, path: readonly string[]): Scalar<string> | 'missing' | null {
  if (!entry.hasIn(path)) return 'missing';
  const node: unknown = entry.getIn(path, true);
  return isScalar<string>(node) ? node : null;
}

/** Quoted as the writer did, or where the new text needs it. */
function setValue({ srcToken, type }: Scalar<string>, value: string): boolean {
  if (srcToken === undefined || !('source' in srcToken)) return false;
  const plain = asValue(value) === value && (type === undefined || type === 'PLAIN');
  const single = value.includes('"') || value.includes('\\') || (type === 'QUOTE_SINGLE' && !value.includes("'"));
  CST.setScalarValue(srcToken, value, {
    type: plain ? 'PLAIN' : single ? 'QUOTE_SINGLE' : 'QUOTE_DOUBLE',
    inFlow: true,
  });
  return true;
}

/** A new field of the entry, after its state. */
function withLine(text: string, username: string, name: string, value: string): string | null {
  const { entry } = entryIn(text, username);
  const state = entry?.items.find(({ key }) => key.value === 'state');
  const range = state?.value?.range;
  const keyStart = state?.key.range?.[0];
  if (entry === null || range === undefined || range === null || keyStart === undefined) return null;
  const [, end] = range;
  const added = `${name}: ${asValue(value)}`;
  if (entry.flow === true) return `${text.slice(0, end)}, ${added}${text.slice(end)}`;
  const column = keyStart - (text.lastIndexOf('\n', keyStart - 1) + 1);
  const lineEnd = text.indexOf('\n', end);
  const at = lineEnd < 0 ? text.length : lineEnd;
  // With Windows' line ends, the carriage return belongs to the line before.
  const cut = text[at - 1] === '\r' ? at - 1 : at;
  const newline = text.slice(cut, lineEnd < 0 ? cut : lineEnd + 1) || '\n';
  return `${text.slice(0, cut)}${newline}${' '.repeat(column)}${added}${text.slice(cut)}`;
}
