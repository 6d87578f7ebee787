/** `muster schema KIND`: what may be written, as JSON Schema for editors. */
import { MusterError } from '../errors.ts';
import { jsonSchemaOf, SCHEMA_KINDS, type SchemaKind } from '../model/json-schema.ts';
import { schemaPage } from '../views/schema.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';

export interface SchemaOptions {
  readonly write?: string;
}

/** Needs no configuration: what may be written is the same everywhere. */
export async function schema(invocation: Invocation, { write }: SchemaOptions, kind?: SchemaKind): Promise<ExitCode> {
  if (kind !== undefined && write === undefined) {
    await invocation.terminal.print(`${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`);
    return 0;
  }
  if (kind !== undefined || write === undefined) throw unclear();
  const { writeEditorFiles } = await import('../wiring.ts');
  const written = await writeEditorFiles(write);
  await show(invocation, { format: 1, folder: write, written }, () => schemaPage(write, written));
  return 0;
}

function unclear(): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'muster schema',
    what: 'Name either a kind of document, or with --write the folder of the repository.',
    next: `Write: muster schema KIND, with one of ${SCHEMA_KINDS.join(', ')}; or: muster schema --write FOLDER.`,
  });
}
