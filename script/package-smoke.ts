/** Packs Muster as for publishing, installs it elsewhere without development packages, and plans with it. */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { generateKey } from '../src/credentials/seal.ts';
import { type CommandResult, ROOT, run } from './command.ts';
import type { Count } from './vitest-run.ts';

/** Whole folders that the package holds as they are in the checkout. */
const FOLDERS = ['config/templates'];

/** What it holds besides these and the contents of `dist`; npm adds the last three by itself. */
const CONTENTS = [
  'bin/muster.js',
  'CHANGELOG.md',
  'config/muster.example.yaml',
  'config/muster.service',
  'docs/open-credential.html',
  'docs/operating.md',
  'docs/passwords.md',
  'docs/research-service.da.md',
  'docs/research-service.md',
  'docs/writing-entries.md',
  'LICENSE',
  'package.json',
  'README.md',
];

const CONFIG = `instance: research-service
mode: observe
timeZone: Europe/Copenhagen
source: { folder: desired-state }
store: { sqlite: muster.db }
directory:
  embedded:
    file: directory.json
    accounts:
      read: ["OU=Researchers,DC=example,DC=org"]
      create: [{ ou: "OU=Researchers,DC=example,DC=org" }]
      upnSuffix: example.org
credentials: { outbox: outbox, recipients: [RECIPIENT] }
`;

/** A directory without accounts, in the form of the embedded adapter. */
const DIRECTORY = '{"format":1,"units":["OU=Researchers,DC=example,DC=org"]}\n';

/** More files than are read without the workers, whose program must be in the package, too. */
const MORE_PEOPLE = 100;

/** What is looked at, each with what it found wrong; null: nothing. */
type Check = readonly [what: string, wrong: string | null];

/** Packs, installs and runs the package in a folder of its own, which is gone afterwards. */
export async function smokeTestPackage(): Promise<Count & { readonly output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-package-'));
  try {
    const checks = await performChecks(folder);
    const wrong = checks.filter(([, problem]) => problem !== null);
    const output = wrong.map(([what, problem]) => `${what}:\n${problem}`).join('\n');
    return { passed: checks.length - wrong.length, failed: wrong.length, skipped: 0, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function performChecks(folder: string): Promise<readonly Check[]> {
  // What `npm run package` calls; `prepack` builds.
  const packed = await run('npm', ['pack', '--ignore-scripts=false', '--json', '--pack-destination', folder]);
  const [tarball, files] = packedOf(packed.output);
  if (packed.status !== 0 || tarball === undefined) return [['npm pack', packed.output]];
  const contents: Check = ['the contents of the package', wrongContents(files, [...CONTENTS, ...(await copied())])];

  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const installed = await install(folder, join(folder, tarball));
  if (installed.status !== 0) return [contents, ['npm install', installed.output]];

  await cp(join(ROOT, 'desired-state'), join(folder, 'desired-state'), { recursive: true });
  await addPeople(join(folder, 'desired-state/users/northlake'));
  await writeFile(join(folder, 'directory.json'), DIRECTORY);
  await writeFile(join(folder, 'muster.yaml'), CONFIG.replace('RECIPIENT', (await generateKey()).recipient));
  const muster = (...args: string[]) => run(join(folder, 'node_modules/.bin/muster'), args, { cwd: folder });
  return [
    contents,
    ['muster --help', unlike(await muster('--help'), 0, 'Usage: muster')],
    // All these accounts at once are more than the gate lets through, so the plan waits for a person.
    ['muster plan', unlike(await muster('plan', '--config', 'muster.yaml'), 2, 'people get an account')],
  ];
}

async function addPeople(folder: string): Promise<void> {
  for (let number = 1; number <= MORE_PEOPLE; number++) {
    const name = `name: { given: Anna, family: Jensen }\nemail: more${number}@example.org\n`;
    const rest = 'phone: +45 20 12 34 56\ninstitution: northlake\nstate: active\n';
    await writeFile(join(folder, `more${number}.yaml`), `username: more${number}\n${name}${rest}`);
  }
}

/** As docs/operating.md says, and as somebody with no settings of their own; from the packages that npm fetched before where it can. */
async function install(folder: string, tarball: string): Promise<CommandResult> {
  const cache = (await run('npm', ['config', 'get', 'cache'])).output.trim();
  const env = { HOME: folder, npm_config_cache: cache };
  const quiet = ['--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  return run('npm', ['install', '--ignore-scripts', ...quiet, tarball], { cwd: folder, env });
}

/** npm prints what its scripts said before the JSON. */
function packedOf(output: string): readonly [tarball: string | undefined, files: readonly string[]] {
  const json = output.slice(output.search(/^\[$/m));
  try {
    // The form of `npm pack --json`, as npm documents it.
    const [one] = JSON.parse(json) as readonly {
      readonly filename: string;
      readonly files: readonly { readonly path: string }[];
    }[];
    return [one?.filename, one?.files.map((file) => file.path) ?? []];
  } catch {
    return [undefined, []];
  }
}

/** The files of those folders. */
async function copied(): Promise<readonly string[]> {
  const lists = FOLDERS.map(async (folder) => {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)));
  });
  return (await Promise.all(lists)).flat();
}

function wrongContents(files: readonly string[], wanted: readonly string[]): string | null {
  const besides = files.filter((file) => !file.startsWith('dist/'));
  const surplus = besides.filter((file) => !wanted.includes(file)).map((file) => `not meant to be in it: ${file}`);
  const absent = wanted.filter((file) => !files.includes(file)).map((file) => `missing: ${file}`);
  const main = files.includes('dist/main.js') ? [] : ['missing: dist/main.js'];
  const problems = [...surplus, ...absent, ...main];
  return problems.length === 0 ? null : problems.join('\n');
}

function unlike({ status, output }: CommandResult, wanted: number, text: string): string | null {
  return status === wanted && output.includes(text)
    ? null
    : `exit ${status}, wanted ${wanted} and "${text}":\n${output}`;
}
