/** Import: reads the repository and the accounts, writes an entry for everybody who can be said, and tells of everybody else. */
import type { Diagnostic } from '../../diagnostic.ts';
import { MusterError } from '../../errors.ts';
import { dayOf } from '../../model/day.ts';
import { fold, type Institution } from '../../model/document.ts';
import type { Loaded } from '../../model/loaded.ts';
import { personFilePath, personFileText } from '../../model/person-file.ts';
import { resolve } from '../../model/validate.ts';
import {
  byUsername,
  type Candidate,
  type DeclaredPerson,
  type DifferingPerson,
  type ImportGround,
  type LeftOut,
  type Person,
  sortCandidates,
} from '../importing.ts';
import type { Clock } from '../ports.ts';
import { type EditPorts, type Edits, editsOf, type Unedited } from './import-edits.ts';

/** The two sides of an import. */
export interface ImportPorts extends EditPorts {
  /** The accounts in question, each as far as it can be said. Throws MusterError where they can't all be read. */
  readonly candidates: (ground: ImportGround) => Promise<readonly Candidate[]>;
  /** What stands in the repository, with these files besides or in the place of what stands there. */
  readonly load: (besides: ReadonlyMap<string, string>) => Promise<Loaded>;
  /** Writes new files, none over another; gives those paths at which something stood. */
  readonly write: (files: ReadonlyMap<string, string>) => Promise<ReadonlySet<string>>;
  /** Puts a text in the place of a file that is there. */
  readonly replace: (file: string, text: string) => Promise<void>;
  readonly timeZone: string;
  readonly clock: Clock;
}

export interface ImportChoice {
  /** Id of the institution of everybody; null: the account says it. */
  readonly institution: string | null;
  /** Whether what the accounts say is written into entries that are there. */
  readonly update: boolean;
  /** False: it is only shown. */
  readonly write: boolean;
}

export interface Imported {
  readonly format: 1;
  /** Whether it was done, or only shown. */
  readonly written: boolean;
  /** New files, in the order of the usernames. */
  readonly files: readonly {
    readonly username: string;
    readonly path: string;
    readonly closed: boolean;
    /** What the entry does not say. */
    readonly remarks: readonly { readonly text: string; readonly changes: boolean }[];
  }[];
  /** People declared already of whom the account says otherwise. */
  readonly differing: readonly DifferingPerson[];
  /** Of those: whose entry was changed, or would be. */
  readonly edited: readonly string[];
  /** Of those: whose entry was to be changed and stays as it is, with the reason. */
  readonly unedited: readonly Unedited[];
  /** People declared already about whom nothing is to be done. */
  readonly known: number;
  readonly left: readonly LeftOut[];
}

/** More rounds than mistakes can follow from one another: each leaves somebody out. */
const CHECKS_MAX = 5;

export async function importPeople(ports: ImportPorts, choice: ImportChoice): Promise<Imported> {
  const at = ports.clock();
  const today = dayOf(at, ports.timeZone);
  const loaded = await ports.load(new Map());
  refuseUntrusted(loaded);
  const { model } = resolve(loaded, [], { timeZone: ports.timeZone, operatorBlocks: [], at, forgetful: true });
  const institutions = new Map([...model.institutions].map(([key, { document }]) => [key, document]));
  const institution = choice.institution === null ? null : idOf(choice.institution, institutions);
  const candidates = await ports.candidates({ institutions, institution, timeZone: ports.timeZone, today });
  const sorted = sortCandidates(candidates.toSorted(byUsername), declaredIn(loaded), today);
  const checked = await withoutRefused(ports, loaded, sorted.fresh, at);
  const files = new Map(
    checked.fresh.map((person) => [personFilePath(person.user), personFileText(person.user, person.remarks)]),
  );
  const edits = choice.update ? await editsWith(ports, files, sorted.differing, at) : NO_EDITS;
  const taken = choice.write ? await ports.write(files) : new Set<string>();
  if (choice.write) for (const [file, text] of edits.texts) await ports.replace(file, text);
  const isFree = ({ user }: Person) => !taken.has(personFilePath(user));
  return {
    format: 1,
    written: choice.write,
    files: checked.fresh.filter(isFree).map(fileOf),
    differing: sorted.differing,
    edited: edits.edited,
    unedited: edits.unedited,
    known: sorted.known,
    left: [...sorted.left, ...checked.left, ...checked.fresh.filter((one) => !isFree(one)).map(inTheWay)].sort(
      byUsername,
    ),
  };
}

function fileOf({ username, user, remarks }: Person): Imported['files'][number] {
  const shown = remarks.map(({ text, changes }) => ({ text, changes }));
  return { username, path: personFilePath(user), closed: user.state === 'closed', remarks: shown };
}

function refuseUntrusted({ trusted, diagnostics }: Loaded): void {
  if (trusted) return;
  const [first] = diagnostics;
  throw new MusterError({
    remedy: 'person',
    where: first?.file ?? 'the repository',
    what: first?.message ?? 'It is not the repository of this installation.',
    next: 'Name the working copy of its repository with --into, or begin one with "muster init DIR".',
  });
}

function idOf(given: string, institutions: ReadonlyMap<string, Institution>): string {
  const key = fold(given);
  if (institutions.has(key)) return key;
  throw new MusterError({
    remedy: 'person',
    where: '--institution',
    what: `No institution "${given}" is declared.`,
    next: `Write institutions/${key}.yaml first, or one of: ${[...institutions.keys()].join(', ')}.`,
  });
}

/** Everybody of whom there is an entry, also one with a mistake: it is the entry that is to be mended. */
function declaredIn({ files }: Loaded): ReadonlyMap<string, DeclaredPerson> {
  const declared = new Map<string, DeclaredPerson>();
  for (const { path, kind, entries, broken } of files) {
    if (kind !== 'user') continue;
    for (const { key, line } of broken) if (key !== null) declared.set(key, { file: path, line, user: null });
    for (const entry of entries) {
      if (entry.kind === 'user') declared.set(entry.key, { file: path, line: entry.line, user: entry.document });
    }
  }
  return declared;
}

/** The repository's own check decides at the end: nobody whom it refuses is written. */
async function withoutRefused(
  { load, timeZone }: ImportPorts,
  loaded: Loaded,
  people: readonly Person[],
  at: number,
): Promise<{ readonly fresh: readonly Person[]; readonly left: readonly LeftOut[] }> {
  const occupied = new Set(loaded.files.map(({ path }) => fold(path)));
  const blocked = people.filter(({ user }) => occupied.has(fold(personFilePath(user))));
  const left: LeftOut[] = blocked.map(inTheWay);
  let fresh = people.filter((person) => !blocked.includes(person));
  for (let round = 0; round < CHECKS_MAX; round += 1) {
    const files = new Map(fresh.map(({ user, remarks }) => [personFilePath(user), personFileText(user, remarks)]));
    const tried = await load(files);
    const wrong = Map.groupBy(
      mistakesOf(tried, timeZone, at).filter(({ file }) => files.has(file)),
      ({ file }) => file,
    );
    if (wrong.size === 0) return { fresh, left };
    const isWrong = ({ user }: Person) => wrong.has(personFilePath(user));
    left.push(...fresh.filter(isWrong).map((person) => refused(person, wrong.get(personFilePath(person.user)) ?? [])));
    fresh = fresh.filter((person) => !isWrong(person));
  }
  throw new MusterError({
    remedy: 'bug',
    where: 'muster import',
    what: 'The entries can’t be made to agree with one another.',
    next: 'Import one unit at a time with --ou, and please report this.',
  });
}

function refused({ username, location }: Person, problems: readonly Diagnostic[]): LeftOut {
  const next = 'Correct it in the directory and import again, or write the entry by hand.';
  return {
    kind: 'left',
    username,
    location,
    obstacles: problems.map(({ message }) => ({ why: 'refused', text: message, next })),
  };
}

function inTheWay({ username, location, user }: Person): LeftOut {
  const text = `A file stands at ${personFilePath(user)} already, without an entry for ${user.username} that can be read.`;
  const next = 'Look at it: run "muster validate", mend or rename it, and import again.';
  return { kind: 'left', username, location, obstacles: [{ why: 'in-the-way', text, next }] };
}

const NO_EDITS: Edits = { texts: new Map(), edited: [], unedited: [] };

/** Beside the new files: an address may not go to two people. */
function editsWith(
  ports: ImportPorts,
  files: ReadonlyMap<string, string>,
  differing: readonly DifferingPerson[],
  at: number,
): Promise<Edits> {
  return editsOf(ports, differing, async (texts) => {
    const tried = await ports.load(new Map([...files, ...texts]));
    return mistakesOf(tried, ports.timeZone, at);
  });
}

function mistakesOf(loaded: Loaded, timeZone: string, at: number): readonly Diagnostic[] {
  const { diagnostics } = resolve(loaded, [], { timeZone, operatorBlocks: [], at, forgetful: true });
  return diagnostics.filter(({ severity }) => severity === 'error');
}
