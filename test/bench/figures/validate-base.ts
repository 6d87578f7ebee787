/** (j) How long somebody who writes entries waits for `validate --base`, with nearly everything as it was. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../support/run-command.ts';
import { BuiltMuster } from '../built-muster.ts';
import { GIT_ENVIRONMENT, makeDesiredState } from '../desired-repository.ts';
import type { Figure } from '../figure.ts';
import { documentOf, INSTANCE, pathOf, personAt, RESEARCHERS_OU, TIME_ZONE } from '../population.ts';
import { median } from '../statistics.ts';
import { missingForTiming, timed } from '../timed-command.ts';

const SECONDS_MAX = 1.5;
const PEOPLE = 10_000;
const QUICK_PEOPLE = 2_000;
const CHANGED = 3;
const RUNS = 7;
const QUICK_RUNS = 3;

export const validateBase: Figure = {
  key: 'j',
  title: 'validate --base, 3 of 10,000 files changed',
  missing: missingForTiming,
  measure: async ({ workshop, quick, say }) => {
    const people = quick ? QUICK_PEOPLE : PEOPLE;
    say(`validate --base with ${people} people`);
    const folder = join(workshop.folder, 'step');
    const repository = join(folder, 'desired-state.git');
    await makeDesiredState(repository, people);
    const tree = join(folder, 'tree');
    await runCommand('git', ['clone', '--quiet', repository, tree], { env: GIT_ENVIRONMENT });
    for (let index = 0; index < CHANGED; index += 1) {
      const person = personAt(index);
      await writeFile(join(tree, pathOf(person)), documentOf(person).replace('state: active', 'state: closed'));
    }
    const muster = new BuiltMuster(workshop, await writeConfig(folder));
    const ours: number[] = [];
    const floor: number[] = [];
    // The first run reads everything, and keeps it for the others.
    await muster.run(['validate', '--base', 'HEAD']);
    for (let run = 0; run < (quick ? QUICK_RUNS : RUNS); run += 1) {
      const { ms, output } = await muster.run(['validate', '--base', 'HEAD']);
      assertClosed(output);
      ours.push(ms / 1000);
      const diff = ['-C', tree, '--no-pager', 'diff', 'HEAD'];
      floor.push((await timed('git', diff, { folder, env: GIT_ENVIRONMENT })).ms / 1000);
    }
    return () => [
      {
        key: 'j',
        title: `validate --base, ${CHANGED} of ${people.toLocaleString('en')} files changed`,
        unit: 's',
        muster: { what: 'validate --base HEAD', median: median(ours), runs: ours },
        floor: { what: 'git diff HEAD', median: median(floor), runs: floor },
        goal: { kind: 'limit', value: SECONDS_MAX },
        steps: {},
      },
    ];
  },
};

/** Nothing of the directory is opened. */
async function writeConfig(folder: string): Promise<string> {
  const file = join(folder, 'muster.yaml');
  await writeFile(
    file,
    `instance: ${INSTANCE}
mode: observe
timeZone: ${TIME_ZONE}
source: { folder: tree }
store: { sqlite: muster.db }
directory:
  embedded:
    file: directory.json
    accounts: { read: ["${RESEARCHERS_OU}"], create: [{ ou: "${RESEARCHERS_OU}" }], upnSuffix: example.org }
`,
  );
  return file;
}

/** @throws Error unless exactly the people who were closed are told of. */
function assertClosed(output: string): void {
  // The answer of our own program, in its stable form.
  const { step } = JSON.parse(output) as { readonly step: { readonly items: readonly { readonly does: string }[] } };
  const closed = step.items.filter(({ does }) => does === 'closes').length;
  if (closed === CHANGED && step.items.length === CHANGED) return;
  throw new Error(`${CHANGED} people were closed; told: ${JSON.stringify(step.items).slice(0, 500)}`);
}
