/** A configuration file for tests: in a folder of its own, written anew for each question. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Config, loadConfig } from '../../src/config.ts';
import { makeTestDirectory, type TestDirectory } from './test-directory.ts';

/** With nothing in it but what has to be. */
export const SMALLEST = `instance: demo
mode: enforce
timeZone: Europe/Copenhagen
source: { folder: ../desired-state }
store: { sqlite: muster.db }
directory:
  embedded:
    file: directory.json
    accounts:
      read: ["OU=Researchers,DC=example,DC=org"]
      upnSuffix: example.org
`;

export interface ConfigFile {
  /** Path of something beside it. */
  beside(path: string): string;
  /** @returns its path */
  write(text: string): string;
  load(text: string): Promise<Config>;
}

/** One for all tests of a file; call it at the top. */
export function configFile(): ConfigFile {
  let home: TestDirectory;
  beforeAll(async () => {
    home = await makeTestDirectory('config');
  });
  afterAll(() => home.remove());
  const beside = (path: string) => join(home.path, path);
  const write = (text: string) => {
    const path = beside('muster.yaml');
    writeFileSync(path, text);
    return path;
  };
  return { beside, write, load: (text) => loadConfig(write(text)) };
}
