/** A text that must never be shown: it prints as `[redacted]` everywhere until its owner asks for it by name. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { inspect } from 'node:util';
import { codeOf, MusterError } from './errors.ts';

const redacted = '[redacted]';

/** Largest secret file that is read, in bytes: passwords, tokens and keys are far shorter, so more is a wrong path. */
const secretFileBytesMax = 64 * 1024;

/** Permission bits that let somebody other than the owner replace the content of a file. */
const writableByOthers = 0o022;

/**
 * Wraps a password, token or key. String conversion, template strings, `+`, JSON, `util.inspect` and so every logger
 * show `[redacted]`; the text sits in a private field, which spreading, cloning and debug output can't see.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Reads a secret from a file, as UTF-8, without one trailing line break.
   *
   * A file that its group or others may *write* is refused, because they could plant a credential of their own. One that
   * they may only read is accepted: container platforms mount secrets as root with mode 0444 or 0644 into
   * a place that only one service sees, and refusing those would make people copy secrets about.
   * @throws MusterError (`person`) naming the path where it is missing, unreadable, empty, too large, no text or writable by others.
   */
  static async fromFile(path: string): Promise<Secret> {
    const file = await openForReading(path);
    try {
      return new Secret(await textOf(file, path));
    } finally {
      await file.close();
    }
  }

  /** The text itself. Call it where the secret leaves the process for its destination, and nowhere else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    const what = code === 'ENOENT' ? 'The file does not exist.' : `The file can't be read (${code}).`;
    throw problem(path, what, 'Put the secret into that file, or correct the path in the configuration.', error);
  }
}

async function textOf(file: FileHandle, path: string): Promise<string> {
  const status = await file.stat();
  if (!status.isFile()) throw problem(path, 'This is not a regular file.', 'Name the file that holds the secret.');
  if ((status.mode & writableByOthers) !== 0) {
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    throw problem(path, `Others than its owner may write this file (mode ${mode}).`, `Run: chmod 600 ${path}`);
  }
  if (status.size > secretFileBytesMax) {
    throw problem(
      path,
      `The file has more than ${secretFileBytesMax} bytes.`,
      'Name the file that holds only the secret.',
    );
  }
  const text = utf8Of(await file.readFile(), path).replace(/\r?\n$/, '');
  if (text.trim() === '') throw problem(path, 'The file is empty.', 'Put the secret into it, on one line.');
  return text;
}

function utf8Of(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw problem(path, 'The file is not UTF-8 text.', 'Name the file that holds the secret as plain text.', error);
  }
}

function problem(path: string, what: string, next: string, cause?: unknown): MusterError {
  return new MusterError({ remedy: 'person', where: `secret file ${path}`, what, next }, { cause });
}
