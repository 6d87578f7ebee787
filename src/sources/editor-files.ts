/** Files that teach editors what may be written in a desired-state repository: a JSON Schema of each kind, and where it applies. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, MusterError } from '../errors.ts';
import { jsonSchemaOf, SCHEMA_KINDS, type SchemaKind } from '../model/json-schema.ts';
import { makeFolder } from './making-folders.ts';
import { placesOf } from './places.ts';

/** Folders that begin with a dot are no part of what is declared. */
const SCHEMA_FOLDER = '.muster/schema';
/** Where Visual Studio Code and its relatives (the Web IDE of GitLab among them) look for settings of a folder. */
const SETTINGS = '.vscode/settings.json';
/** The setting of the YAML language server that says which schema is for which files. */
const SCHEMAS = 'yaml.schemas';

/** Written by nobody but Muster, so it may be written over. */
function schemaFile(kind: SchemaKind): string {
  return `${SCHEMA_FOLDER}/${kind}.json`;
}

/** Schema file, relative to the repository, to the places that it is for. */
function schemaPlaces(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(SCHEMA_KINDS.map((kind) => [`./${schemaFile(kind)}`, placesOf(kind)]));
}

/**
 * Writes the schemas below `repository` and tells the editor of them; other settings that stand in its file stay.
 * @returns the paths written, relative to `repository`.
 * @throws MusterError (`person`) where the editor's settings are no plain JSON, before anything is written, or where nothing can be.
 */
export async function writeEditorFiles(repository: string): Promise<readonly string[]> {
  const settings = { ...(await settingsIn(repository)), [SCHEMAS]: schemaPlaces() };
  const files = new Map(SCHEMA_KINDS.map((kind) => [schemaFile(kind), asText(jsonSchemaOf(kind))]));
  files.set(SETTINGS, asText(settings));
  for (const [path, text] of files) {
    const file = join(repository, path);
    try {
      await makeFolder(dirname(file));
      await writeFile(file, text);
    } catch (error) {
      throw unusable(file, `It can't be written (${codeOf(error)}).`);
    }
  }
  return [...files.keys()];
}

async function settingsIn(repository: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(repository, SETTINGS);
  try {
    const settings: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return { ...settings };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    if (!(error instanceof SyntaxError)) throw unusable(file, `It can't be read (${codeOf(error)}).`);
  }
  throw new MusterError({
    remedy: 'person',
    where: file,
    what: 'This file is not plain JSON (it may hold remarks), so nothing was written.',
    next: `Put this into it by hand, or take the remarks out and try again: "${SCHEMAS}": ${JSON.stringify(schemaPlaces())}`,
  });
}

function unusable(where: string, what: string): MusterError {
  const next = 'Name the folder of the repository, in which you may make files.';
  return new MusterError({ remedy: 'person', where, what, next });
}

function asText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
