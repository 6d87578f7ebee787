/** The cache of typed contents outlives a release: what the reader makes of a text may only change with its version. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kindAt } from '../../src/sources/places.ts';
import { pack, READER_VERSION, typeFile } from '../../src/sources/typed-file.ts';
import { ACCEPTED, MISTAKES } from './mistakes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const GOLDEN = join(import.meta.dirname, 'reader-version.golden.txt');

test('READER_VERSION is raised with every change of what the reader makes of a text', () => {
  const hash = createHash('sha256');
  for (const name of ['yaml', 'libphonenumber-js']) {
    // package.json of a package that npm installed: an object with a version.
    const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string;
    };
    hash.update(`${name}@${version}\n`);
  }
  for (const { path, text } of [...MISTAKES, ...ACCEPTED]) {
    const kind = kindAt(path);
    if (kind !== null) hash.update(`${pack(typeFile(kind, Buffer.from(text)).file)}\n`);
  }
  const example = join(ROOT, 'desired-state');
  for (const path of readdirSync(example, { recursive: true, encoding: 'utf8' }).sort()) {
    const kind = kindAt(path);
    if (kind !== null) hash.update(`${pack(typeFile(kind, readFileSync(join(example, path))).file)}\n`);
  }
  const now = `${READER_VERSION} ${hash.digest('hex')}\n`;
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, now);
  expect(now, 'raise READER_VERSION in src/sources/typed-file.ts, then run with UPDATE_GOLDEN=1').toBe(
    readFileSync(GOLDEN, 'utf8'),
  );
});
