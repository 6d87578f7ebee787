/** What accounts say of people who are declared already, taken over into their entries; never what would give the repository a mistake. */
import type { Diagnostic } from '../../diagnostic.ts';
import type { DifferingPerson } from '../importing.ts';

/** The texts of the repository. */
export interface EditPorts {
  /** Null: there is no such file. */
  readonly textAt: (file: string) => Promise<string | null>;
  /** Sets fields of a person's entry and keeps everything else of the text; null: it can't be edited. */
  readonly withFields: (text: string, username: string, fields: ReadonlyMap<string, string>) => string | null;
}

/** Errors of the whole repository, with these files in the place of what stands there. */
export type MistakesIn = (files: ReadonlyMap<string, string>) => Promise<readonly Diagnostic[]>;

export interface Unedited {
  readonly username: string;
  /** One sentence or more. */
  readonly because: string;
}

export interface Edits {
  /** Path to what the file then says. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whose entry that changes. */
  readonly edited: readonly string[];
  /** Whose entry stays as it is, although the account says otherwise. */
  readonly unedited: readonly Unedited[];
}

interface Edit {
  readonly file: string;
  readonly username: string;
  readonly fields: ReadonlyMap<string, string>;
}

type Texts = ReadonlyMap<string, string>;

/** Fields that an edit may set. That somebody is disabled, or ends later, is for a person to write: it may be meant. */
const EDITED = new Set(['name.given', 'name.family', 'email', 'phone', 'institution']);

/**
 * All at once where that gives no mistake that was not there; else in ever smaller groups, until those are found that do. An address
 * that two people exchange is taken over like that, which one after the other could not be.
 */
export async function editsOf(
  ports: EditPorts,
  differing: readonly DifferingPerson[],
  mistakesIn: MistakesIn,
): Promise<Edits> {
  const { possible, impossible } = await sorted(ports, differing.flatMap(wantedOf));
  const unedited: Unedited[] = [...impossible];
  const edited: string[] = [];
  let texts: Texts = new Map();
  if (possible.length === 0) return { texts, edited, unedited };
  const before = byWording(await mistakesIn(texts));
  const waiting: (readonly Edit[])[] = [possible];
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    const tried = await withEdits(ports, texts, group);
    const now = byWording(await mistakesIn(tried));
    const more = [...now].flatMap(([wording, those]) =>
      those.length > (before.get(wording)?.length ?? 0) ? those : [],
    );
    if (more.length === 0) {
      texts = tried;
      edited.push(...group.map(({ username }) => username));
    } else if (group.length === 1) {
      const because = `It would be a mistake: ${more[0]?.message ?? ''}`;
      unedited.push(...group.map(({ username }) => ({ username, because })));
    } else waiting.push(...parted(group, more));
  }
  return { texts, edited, unedited };
}

function wantedOf({ file, username, differences }: DifferingPerson): readonly Edit[] {
  const fields = differences.flatMap(({ field, found }) =>
    EDITED.has(field) && found !== null ? [[field, found] as const] : [],
  );
  return fields.length === 0 ? [] : [{ file, username, fields: new Map(fields) }];
}

async function sorted(ports: EditPorts, wanted: readonly Edit[]) {
  const possible: Edit[] = [];
  const impossible: Unedited[] = [];
  for (const edit of wanted) {
    const text = await ports.textAt(edit.file);
    if (text !== null && ports.withFields(text, edit.username, edit.fields) !== null) possible.push(edit);
    else {
      const because = 'It is not written in a way that can be changed here: change it by hand.';
      impossible.push({ username: edit.username, because });
    }
  }
  return { possible, impossible };
}

async function withEdits(ports: EditPorts, before: Texts, edits: readonly Edit[]): Promise<Texts> {
  const texts = new Map(before);
  for (const { file, username, fields } of edits) {
    const text = texts.get(file) ?? (await ports.textAt(file));
    const edited = text === null ? null : ports.withFields(text, username, fields);
    if (edited !== null) texts.set(file, edited);
  }
  return texts;
}

/** Lines move with an edit; the words of a mistake do not. */
function byWording(mistakes: readonly Diagnostic[]): ReadonlyMap<string, readonly Diagnostic[]> {
  return Map.groupBy(mistakes, ({ file, message }) => `${file}\0${message}`);
}

/** Those in whose files the mistakes are, and the others before them; halves, where that tells nobody apart. */
function parted(group: readonly Edit[], mistakes: readonly Diagnostic[]): readonly (readonly Edit[])[] {
  const files = new Set(mistakes.map(({ file }) => file));
  const named = group.filter(({ file }) => files.has(file));
  if (named.length > 0 && named.length < group.length) return [named, group.filter((one) => !named.includes(one))];
  const half = Math.ceil(group.length / 2);
  return [group.slice(half), group.slice(0, half)];
}
