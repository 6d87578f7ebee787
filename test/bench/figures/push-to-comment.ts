/** (l) From a push to the comment on its merge request, of a daemon that stays; beside it git fetch of that push and ldapsearch of everybody. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Files } from '../../support/desired-state.ts';
import { BOT_TOKEN, botComments, type Lab, type LabRequest, PROJECT, startGitlab } from '../../support/gitlab.ts';
import { type LabProject, makeLabProject, noticeHeaders } from '../../support/gitlab-project.ts';
import { runCommand } from '../../support/run-command.ts';
import { BuiltMuster } from '../built-muster.ts';
import { Daemon } from '../daemon.ts';
import { GIT_ENVIRONMENT } from '../desired-repository.ts';
import type { Bench, Figure } from '../figure.ts';
import { attributesRead, timedSearch } from '../floor.ts';
import { type BenchPerson, documentOf, everybody, INSTANCE, institutions, pathOf, personAt } from '../population.ts';
import type { Result } from '../result.ts';
import { configText, type SlapdSite } from '../site-on-slapd.ts';
import { missingForSlapd } from '../slapd.ts';
import { median } from '../statistics.ts';
import { timed } from '../timed-command.ts';
import { count } from '../words.ts';

const SECONDS_MAX = 10;
const PEOPLE = 10_000;
const QUICK_PEOPLE = 2_000;
const RUNS = 5;
const QUICK_RUNS = 2;
const AUTHOR = 'rie';
const SECRET = `whsec_${Buffer.from('thirty-two bytes for a benchmark').toString('base64')}`;
/** A comment that takes longer does not come. */
const TIMEOUT_MS = 120_000;
const POLL_MS = 20;
/** Beyond every run: each comment is set off by its push alone. */
const POLL_SECONDS = 3_600;

export const pushToComment: Figure = {
  key: 'l',
  title: 'push to comment',
  missing: missingForSlapd,
  measure: async (bench) => {
    const people = bench.quick ? QUICK_PEOPLE : PEOPLE;
    bench.say(`(l) a forge, and ${people} people`);
    const site = await bench.scale(people).site();
    const lab = await startGitlab();
    try {
      const { first, ours, floor } = await measured(bench, site, lab);
      const title = `a push to a merge request of one of ${count(people)} people: the comment`;
      return () => [
        result('l', title, ours, floor),
        result('l-first', `${title}, the first since the daemon began`, first, floor),
      ];
    } finally {
      await lab.close();
    }
  },
};

function result(key: string, title: string, ours: readonly number[], floor: readonly number[]): Result {
  const asMuch = 'git fetch of that push, then ldapsearch of the same attributes';
  return {
    key,
    title,
    unit: 's',
    muster: { what: 'from the webhook to the comment', median: median(ours), runs: ours },
    floor: { what: asMuch, median: median(floor), runs: floor },
    goal: { kind: 'limit', value: SECONDS_MAX },
    steps: {},
  };
}

async function measured({ workshop, quick, say }: Bench, site: SlapdSite, lab: Lab) {
  const home = join(workshop.folder, `forge-${site.users}`);
  const project = await makeLabProject(lab, join(home, 'gitlab'), allDocuments(site.users));
  const configFile = await configure(home, site, lab);
  await site.server.freshen();
  await new BuiltMuster(workshop, configFile).learn();
  const mirror = join(home, 'floor.git');
  await runCommand('git', ['clone', '--quiet', '--mirror', project.folder, mirror], { env: GIT_ENVIRONMENT });
  const ours: number[] = [];
  const floor: number[] = [];
  await site.server.freshen();
  const daemon = await Daemon.start(join(workshop.dist, 'main.js'), configFile);
  try {
    // The first one starts the process that reviews, and reads everything.
    const first = [(await commented(daemon, lab, await opened(project, 0))) / 1000];
    say(`(l-first) the comment after ${first[0]} s`);
    for (let run = 1; run <= (quick ? QUICK_RUNS : RUNS); run += 1) {
      await daemon.quiet();
      const request = await opened(project, run);
      floor.push((await fetchAndSearch(mirror, site, home, request.iid)) / 1000);
      ours.push((await commented(daemon, lab, request)) / 1000);
      say(`(l) ${run}: the comment after ${ours.at(-1)} s`);
    }
    return { first, ours, floor };
  } finally {
    await daemon.stop();
  }
}

/** Somebody's account is closed on a branch of its own, and a merge request asks for that. */
async function opened(project: LabProject, nth: number): Promise<LabRequest & { readonly about: BenchPerson }> {
  const about = personAt(nth);
  const branch = `close-${about.username}`;
  await project.push(branch, { [pathOf(about)]: documentOf(about).replace('state: active', 'state: closed') });
  return Object.assign(await project.open(branch, AUTHOR), { about });
}

/** Milliseconds from the notice to the comment. */
async function commented(
  daemon: Daemon,
  lab: Lab,
  request: LabRequest & { readonly about: BenchPerson },
): Promise<number> {
  const body = JSON.stringify({ object_kind: 'merge_request', iid: request.iid });
  const begin = performance.now();
  await daemon.notify(noticeHeaders('Merge Request Hook', body, SECRET), body);
  for (;;) {
    const [comment] = botComments(lab, request.iid);
    const ms = performance.now() - begin;
    if (comment !== undefined) {
      assertSays(comment, request.about);
      request.state = 'closed';
      return ms;
    }
    if (ms > TIMEOUT_MS) throw new Error(`There is no comment after ${TIMEOUT_MS / 1000} s: ${daemon.lately}`);
    await setTimeout(POLL_MS);
  }
}

/** @throws Error unless it is about that person's access and nobody else's. */
function assertSays(comment: string, { username }: BenchPerson): void {
  if (comment.includes('1 person loses access.') && comment.includes(username)) return;
  throw new Error(`The comment should say what ${username} loses: ${comment.slice(0, 1000)}`);
}

/** Into a mirror that has everything but that push; then everybody's account. */
async function fetchAndSearch(mirror: string, { server }: SlapdSite, folder: string, iid: number): Promise<number> {
  const ref = `refs/merge-requests/${iid}/head`;
  const args = ['-C', mirror, 'fetch', '--quiet', 'origin', `+${ref}:${ref}`];
  const fetched = await timed('git', args, { folder, env: GIT_ENVIRONMENT });
  return fetched.ms + (await timedSearch(server, folder, attributesRead())).ms;
}

function allDocuments(users: number): Files {
  const houses = institutions().map(({ id, name }) => [
    `institutions/${id}.yaml`,
    `id: ${id}\nname: ${name}\ncontacts: [office@${id}.example.net]\n`,
  ]);
  const people = everybody(users).map((person) => [pathOf(person), documentOf(person)]);
  return { 'muster.yaml': `format: 1\ninstance: ${INSTANCE}\n`, ...Object.fromEntries([...houses, ...people]) };
}

async function configure(folder: string, { server }: SlapdSite, lab: Lab): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'muster.yaml');
  await writeFile(file, await configText(folder, server, '{ git: { url: ./gitlab/project.git, branch: main } }'));
  await writeFile(join(folder, 'token'), `${BOT_TOKEN}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'webhook'), `${SECRET}\n`, { mode: 0o600 });
  await appendFile(
    file,
    `http: { webhook: { listen: "127.0.0.1:0", secretFile: webhook } }
forge:
  gitlab: { url: "${lab.url}", project: ${PROJECT}, tokenFile: token }
  authors: [${AUTHOR}]
  everySeconds: ${POLL_SECONDS}
`,
  );
  return file;
}
