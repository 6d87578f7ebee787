/** The one file behind embedded tokens: read whole, and replaced whole in one step. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { compareText } from '../../../diagnostic.ts';
import { codeOf, MusterError } from '../../../errors.ts';
import { fold } from '../../../model/document.ts';
import { EditQueue, type Waiting } from '../../edit-queue.ts';

const PRIVATE = 0o600;

const storedSchema = z.strictObject({
  serial: z.string().min(1),
  /** Whose it is; null: nobody's. */
  user: z.string().min(1).transform(fold).nullable(),
  phone: z.string(),
  enabled: z.boolean(),
  revoked: z.boolean().default(false),
  /** Which attempt of Muster's made it; null: somebody else did. */
  attempt: z.string().nullable().default(null),
});

const fileSchema = z.strictObject({
  format: z.literal(1),
  /** Usernames of those who can have a token; absent: everybody can. */
  people: z.array(z.string().min(1).transform(fold)).optional(),
  tokens: z.array(storedSchema),
});

export type Stored = z.output<typeof storedSchema>;

export interface Contents {
  /** Null: everybody can have one. */
  readonly people: ReadonlySet<string> | null;
  /** By serial. */
  readonly tokens: ReadonlyMap<string, Stored>;
  /** Present where there is no file. */
  readonly missing?: true;
}

/** What one write puts in the place of what was there; null: nothing need be written. Throws to refuse. */
export type Edit = (contents: Contents) => Stored | null;

/** All connections of one adapter share one of these; that two processes do not write at once is the work of the lease. */
export class TokenFile {
  readonly path: string;
  readonly #edits = new EditQueue<Edit>((batch) => this.#make(batch));

  constructor(path: string) {
    this.path = path;
  }

  /** A missing file holds no token. @throws MusterError (`person`) where it can't be read or is no such file. */
  async read(): Promise<Contents> {
    try {
      return contentsOf(fileSchema.parse(JSON.parse(await readFile(this.path, 'utf8'))));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return NOTHING;
      const next = `Restore it from a copy. If there is none, move it away, and then ${TAKE_FOR_DELETED}`;
      throw new MusterError(
        { remedy: 'person', where: this.path, what: 'It is no file of tokens, or can’t be read.', next },
        { cause: error },
      );
    }
  }

  /** Whoever comes first takes along all that wait by then. Resolves when it is on the disk. */
  write(edit: Edit): Promise<void> {
    return this.#edits.add(edit);
  }

  async #make<W extends Waiting<Edit>>(batch: readonly W[]): Promise<readonly W[]> {
    const { people, tokens } = await this.read();
    const now = new Map(tokens);
    const accepted = batch.filter(({ edit, reject }) => {
      try {
        const stored = edit({ people, tokens: now });
        if (stored !== null) now.set(stored.serial, stored);
        return true;
      } catch (error) {
        reject(error);
        return false;
      }
    });
    const changed = [...now].some(([serial, stored]) => tokens.get(serial) !== stored);
    if (changed) await this.#replace({ people, tokens: now });
    return accepted;
  }

  async #replace(contents: Contents): Promise<void> {
    const aside = join(dirname(this.path), `.${basename(this.path)}.muster`);
    await rm(aside, { force: true });
    const file = await open(aside, 'wx', PRIVATE);
    try {
      await file.writeFile(textOf(contents));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, this.path);
    const folder = await open(dirname(this.path));
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** What to do where no copy is left. */
export const TAKE_FOR_DELETED =
  'run "muster ledger rebuild --system tokens": it shows which tokens would count as deleted.';

const NOTHING: Contents = { people: null, tokens: new Map(), missing: true };

function contentsOf({ people, tokens }: z.output<typeof fileSchema>): Contents {
  return {
    people: people === undefined ? null : new Set(people),
    tokens: new Map(tokens.map((one) => [one.serial, one])),
  };
}

/** In order, so that the same tokens are the same text. */
export function textOf({ people, tokens }: Contents): string {
  const sorted = [...tokens.values()].sort((a, b) => compareText(a.serial, b.serial));
  return `${JSON.stringify({ format: 1, ...(people === null ? {} : { people: [...people] }), tokens: sorted }, null, 2)}\n`;
}
