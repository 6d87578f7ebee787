/** A whole site in a temporary folder: repository, embedded directory, configuration, key; and a way to call muster on it. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { runMuster } from '../../src/cli/run.ts';
import { generateKey } from '../../src/credentials/seal.ts';
import { createEmbeddedDirectory } from '../../src/reconcilers/directory/embedded/directory-file.ts';
import { program } from '../support/programs.ts';

/** Muster as it is shipped. */
export const main = program('main');

const UNIT = 'OU=Researchers,DC=example,DC=org';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface SiteFolder {
  readonly folder: string;
  readonly config: string;
  readonly keyFile: string;
  /** Writes a file of the repository. */
  declare(path: string, text: string): void;
  /** Replaces a text in the configuration. */
  configure(from: string, to: string): void;
  /** Within this process: the same code as on the command line, less the start of Node. */
  muster(...args: readonly string[]): Promise<Ran>;
  /** In a process of its own, with pipes. */
  spawn(...args: readonly string[]): Promise<Ran>;
  remove(): void;
}

/** A person's entry in a list. */
export function person(username: string, given: string, family: string, phone: string): string {
  return `- username: ${username}
  name: { given: ${given}, family: ${family} }
  email: ${username}@example.org
  phone: ${phone}
  institution: cbs
  state: active
`;
}

/** Puts the repository under Git, with one commit on `main`, from where the site reads it from then on; gives git there. */
export function keepInGit(site: SiteFolder): (...args: readonly string[]) => void {
  const git = (...args: readonly string[]) => {
    const identity = ['-c', 'user.name=Rita', '-c', 'user.email=rita@example.org', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...identity, ...args], { cwd: join(site.folder, 'repository'), stdio: 'pipe' });
  };
  site.configure('source: { folder: repository }', 'source: { git: { url: ./repository, branch: main } }');
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'Begin');
  return git;
}

/** The embedded directory, in the folder of the site. */
async function embeddedIn(folder: string): Promise<string> {
  await createEmbeddedDirectory(join(folder, 'directory.json'), [UNIT]);
  return `  embedded:
    file: directory.json
    accounts:
      read: ["${UNIT}"]
      create: [{ ou: "${UNIT}" }]
`;
}

/**
 * One institution, two people, nothing synced yet.
 * @param directoryIn prepares a directory and gives its part of the configuration, up to where accounts are made.
 */
export async function makeSite(directoryIn: (folder: string) => Promise<string> = embeddedIn): Promise<SiteFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-cli-'));
  const { identity, recipient } = await generateKey();
  const keyFile = join(folder, 'key.txt');
  writeFileSync(keyFile, `${identity}\n`, { mode: 0o600 });
  const config = join(folder, 'muster.yaml');
  writeFileSync(config, configText(await directoryIn(folder), recipient));
  const site: SiteFolder = {
    folder,
    config,
    keyFile,
    declare(path, text) {
      const file = join(folder, 'repository', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    configure(from, to) {
      const text = readFileSync(config, 'utf8');
      if (!text.includes(from)) throw new Error(`the configuration holds no "${from}"`);
      writeFileSync(config, text.replace(from, to));
    },
    muster: (...args) => call(['--config', config, ...args]),
    spawn: (...args) => run([main, '--config', config, ...args], folder),
    remove: () => rmSync(folder, { recursive: true }),
  };
  site.declare('muster.yaml', 'format: 1\ninstance: demo\n');
  site.declare('institutions/cbs.yaml', 'id: cbs\nname: Copenhagen Business Studies\ncontacts: [it@example.org]\n');
  site.declare(
    'users/cbs.yaml',
    person('ajensen', 'Anna', 'Jensen', '+45 20 12 34 56') + person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57'),
  );
  return site;
}

/** Calls Muster in this process, with streams that are no terminal. */
export async function call(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const out = new Collector();
  const err = new Collector();
  const code = await runMuster(args, { out, err }, env);
  return { code, out: out.text, err: err.text };
}

class Collector extends Writable {
  readonly isTTY = false;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Runs Node with pipes for output, in that folder, with an environment of its own. */
export function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: { PATH, ...env } }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

function configText(directory: string, recipient: string): string {
  return `instance: demo
mode: enforce
timeZone: Europe/Copenhagen
source: { folder: repository }
store: { sqlite: muster.db }
directory:
${directory}      upnSuffix: example.org
      attributes: { company: "{institution.name}", mobile: "{phone}" }
credentials:
  outbox: outbox
  recipients: [${recipient}]
limits: { always: 5 }
`;
}
