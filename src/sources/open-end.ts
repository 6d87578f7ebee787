/** Whether a file whose last line has no end was cut off: its text beside that of its last good version, wherever both are to be had. */
import type { BlobCache } from './blob-cache.ts';
import { cutOff, UNPROVEN_END } from './cut-off.ts';
import { decode } from './decode.ts';
import type { Source, SourceFile } from './source.ts';
import type { HeldProblem } from './typed-file.ts';

/**
 * Text of the last good version of a file that is another one than this content; null: there is none; undefined: there is one, and its
 * text is lost.
 */
export type GoodText = (path: string, blob: string) => Promise<string | null | undefined>;

interface Parts {
  readonly source: Source;
  readonly blobs: Pick<BlobCache, 'text'>;
  readonly goodText: GoodText;
}

/**
 * What holds it; null: nothing does. Throws MusterError where the source cannot be read.
 * @param freshText its text, where it was read just now
 */
export async function openEndProblem(
  { source, blobs, goodText }: Parts,
  file: SourceFile,
  freshText: string | null,
): Promise<HeldProblem | null> {
  const good = await goodText(file.path, file.blob);
  if (good === null) return null;
  // What is held for long has left the cache.
  const text = freshText ?? (await blobs.text(file.blob)) ?? (await textIn(source, file));
  const problem = text === null || good === undefined ? UNPROVEN_END : cutOff(text, good);
  return problem === null ? null : { ...problem, holds: 'file' };
}

async function textIn(source: Source, file: SourceFile): Promise<string | null> {
  for await (const { bytes } of source.texts([file])) return decode(bytes).text;
  return null;
}
