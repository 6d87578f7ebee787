/** The terminal: the one place that decides on colour and progress, and the only one that writes to it. */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { Progress } from '../core/pass.ts';
import { MusterError } from '../errors.ts';
import { printable, printableLines } from '../views/printable.ts';
import { plainStyle, type Style, type Tone } from '../views/style.ts';

export interface Terminal {
  /** How texts on standard output look. */
  readonly style: Style;
  /** Writes a result to standard output; resolves when it has been handed over. */
  print(text: string): Promise<void>;
  /** Writes what is no result (errors, hints) to standard error. */
  say(text: string, tone?: Tone): Promise<void>;
  /** Whether a person at the terminal answers yes; false where nobody sits at one. */
  confirm(question: string): Promise<boolean>;
  /** Shows how far long work has come; silent where standard error is no terminal. */
  readonly progress: Progress;
}

export interface Streams {
  readonly out: Stream;
  readonly err: Stream;
  /** Where answers come from; absent: nobody can be asked. */
  readonly in?: NodeJS.ReadStream;
}

/** Of a stream, what is used: a test's may be a plain one. */
type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY'> & Partial<Pick<WriteStream, 'columns'>>;

/** Redrawn at most this often: more is flicker. */
const REDRAW_EVERY_MS = 100;
/** Where the terminal does not tell its width, or says 0. */
const COLUMNS_DEFAULT = 80;

/** The steps of a pass, for people. */
const stepWords: Readonly<Record<string, string>> = {
  load: 'Reading the repository',
  recall: 'Looking up what is known',
  remember: 'Noting what the repository says',
  observe: 'Reading the directory',
  accept: 'Noting what was found',
  blocking: 'Shutting out',
  apply: 'Writing',
  applying: 'Writing',
  'read-back': 'Checking what was written',
};

const CLEAR_LINE = '\r\u001b[2K';

const formats: Readonly<Record<Exclude<Tone, 'plain'>, Parameters<typeof styleText>[0]>> = {
  strong: 'bold',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  faint: 'dim',
};

const colourStyle: Style = (tone, text) =>
  tone === 'plain' || text === '' ? text : styleText(formats[tone], text, { validateStream: false });

/**
 * Colour only on a terminal that is not dumb, and only where NO_COLOR is unset or empty (no-color.org).
 * @param streams standard output and standard error.
 */
export function openTerminal(streams: Streams, env: Readonly<Record<string, string | undefined>>): Terminal {
  const allowed = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const styleFor = (stream: Stream) => (allowed && stream.isTTY ? colourStyle : plainStyle);
  const errorStyle = styleFor(streams.err);
  const meter = openMeter(streams.err);
  return {
    style: styleFor(streams.out),
    async print(text) {
      meter.clear();
      await write(streams.out, text);
    },
    async say(text, tone = 'plain') {
      meter.clear();
      const lines = printableLines(text).map((line) => errorStyle(tone, line));
      await write(streams.err, `${lines.join('\n')}\n`);
    },
    async confirm(question) {
      const { in: answers } = streams;
      if (answers?.isTTY !== true || !streams.err.isTTY) return false;
      meter.clear();
      await write(streams.err, `${printableLines(question).join(' ')} [y/N] `);
      return /^y(es)?$/i.test((await firstLine(answers)).trim());
    },
    progress: meter.show,
  };
}

/** Empty where the input ends without one. */
async function firstLine(input: NodeJS.ReadStream): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}

interface Meter {
  readonly show: Progress;
  clear(): void;
}

/** One line that is drawn over, gone before anything else is written. */
function openMeter(stream: Stream): Meter {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  let drawnAt = 0;
  let drawnStep: string | null = null;
  return {
    show(step, done, total) {
      const now = performance.now();
      if (step === drawnStep && now - drawnAt < REDRAW_EVERY_MS) return;
      drawnAt = now;
      drawnStep = step;
      const figures = total === null ? (done > 0 ? ` ${done}` : '') : ` ${done}/${total}`;
      const text = `${stepWords[step] ?? printable(step)}${figures} …`;
      stream.write(CLEAR_LINE + text.slice(0, (stream.columns || COLUMNS_DEFAULT) - 1));
    },
    clear() {
      if (drawnStep === null) return;
      drawnStep = null;
      stream.write(CLEAR_LINE);
    },
  };
}

/** Waits until the text has left, so that a pipe gets all of it before the process ends; a reader gone early is no error. */
function write(stream: Stream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : null;
      if (error === null || error === undefined || code === 'EPIPE') resolve();
      else reject(unwritten(code ?? error.message, error));
    });
  });
}

function unwritten(why: string, cause: Error): MusterError {
  const what =
    why === 'ENOSPC' ? 'The disk is full, so not all of it was written.' : `Not all of it was written (${why}).`;
  const next = 'What the command did stands; "muster held" and "muster why" show what came of it.';
  return new MusterError({ remedy: 'person', where: 'the output of this command', what, next }, { cause });
}
