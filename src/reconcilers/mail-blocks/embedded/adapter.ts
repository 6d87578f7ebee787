/** A list of blocked people in one JSON file, for the demo, for tests and for training. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { compareText } from '../../../diagnostic.ts';
import { MusterError } from '../../../errors.ts';
import { fold } from '../../../model/document.ts';
import { type Form, ListFile, listIn } from '../list-file.ts';
import type { BlockListAdapter, Completeness } from '../port.ts';

const contentSchema = z.object({
  format: z.literal(1),
  revision: z.string(),
  blocked: z.array(z.string().min(1)),
});

interface Content {
  readonly blocked: ReadonlySet<string>;
  readonly completeness: Completeness;
}

/** @param clock what the list gives as its own time, in milliseconds since 1970 */
export function embeddedBlockList({ file: path }: { readonly file: string }, clock: () => number): BlockListAdapter {
  const file = new ListFile(path, formOf(path));
  return { connect: () => listIn(file, `embedded list ${path}`, clock) };
}

function formOf(path: string): Form<Content> {
  return {
    parse: (bytes) => (bytes === null ? NOTHING : parsed(bytes, path)),
    listing: ({ blocked, completeness }) => ({
      listed: blocked,
      unread: [],
      completeness,
      digest: createHash('sha256')
        .update(JSON.stringify([...blocked].sort(compareText)))
        .digest('hex'),
    }),
    edited: ({ blocked, completeness }, edits) => {
      const now = new Set(blocked);
      for (const { key, listed } of edits) {
        if (listed) now.add(key);
        else now.delete(key);
      }
      return { blocked: now, completeness };
    },
    render: ({ blocked }, revision) =>
      Buffer.from(`${JSON.stringify({ format: 1, revision, blocked: [...blocked].sort(compareText) }, null, 2)}\n`),
  };
}

const NOTHING: Content = { blocked: new Set(), completeness: 'absent' };

function parsed(bytes: Buffer, path: string): Content {
  // Emptied, but there: what stood in it is gone.
  if (bytes.length === 0) return { blocked: new Set(), completeness: 'empty' };
  try {
    const { blocked } = contentSchema.parse(JSON.parse(bytes.toString('utf8')));
    return { blocked: new Set(blocked.map(fold)), completeness: 'whole' };
  } catch (error) {
    const what = 'It is no list of blocked people.';
    const next = 'Restore it, or remove it: Muster writes it anew.';
    throw new MusterError({ remedy: 'person', where: `embedded list ${path}`, what, next }, { cause: error });
  }
}
