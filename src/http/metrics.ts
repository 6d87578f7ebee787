/** Metrics for Prometheus: of passes, of what waits, of systems, of the process; never of a person. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Glance } from '../core/glance.ts';
import type { Status, StatusMemory } from '../core/status.ts';
import type { Seen } from './pulse.ts';

/** From a pass without news to a first run over 100,000 people. */
const DURATION_BUCKETS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600];

/** Passes between two scrapes that are still counted: at one a second, three minutes of them. */
const GLANCES_MAX = 200;

const RESULTS = ['done', 'failed', 'waiting'] as const;

export interface Metrics {
  /** The text that Prometheus reads, and its content type. */
  expose(status: Status, seen: Seen): Promise<{ readonly type: string; readonly text: string }>;
}

/** @returns metrics that count what happens from now on. */
export async function openMetrics(memory: StatusMemory): Promise<Metrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // These tell of the thread of this page, and would be taken for those of the loop's.
  for (const { name } of await registry.getMetricsAsJSON()) {
    if (name.startsWith('nodejs_') && name !== 'nodejs_version_info') registry.removeSingleMetric(name);
  }
  const passes = passMetrics(registry);
  const gauges = gaugesIn(registry);
  let [latest] = await memory.glances(0, 1);
  return {
    expose: async (status, seen) => {
      for (const numbered of await memory.glances(latest?.seq ?? 0, GLANCES_MAX)) {
        passes.count(numbered.glance);
        latest = numbered;
      }
      passes.notBegun(seen.notBegun);
      gauges.set(status, seen);
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

function passMetrics(registry: Registry) {
  const registers = [registry];
  const duration = new Histogram({
    name: 'muster_pass_duration_seconds',
    help: 'How long passes took, by what set them off',
    labelNames: ['trigger'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const passes = new Counter({
    name: 'muster_passes_total',
    help: 'Passes by result: done, waiting (something needs a person), failed, not_begun',
    labelNames: ['result'],
    registers,
  });
  for (const result of [...RESULTS, 'not_begun']) passes.inc({ result }, 0);
  const changes = new Counter({
    name: 'muster_changes_total',
    help: 'Changes that were tried, by kind and outcome: applied, failed, skipped',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  let notBegun = 0;
  return {
    count: (glance: Glance) => {
      duration.observe({ trigger: glance.trigger }, (glance.finishedAt - glance.startedAt) / 1000);
      passes.inc({ result: RESULTS[glance.result] });
      for (const { kind, status, count } of glance.outcomes) changes.inc({ kind, outcome: status }, count);
    },
    notBegun: (total: number) => {
      passes.inc({ result: 'not_begun' }, total - notBegun);
      notBegun = total;
    },
  };
}

function gaugesIn(registry: Registry) {
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `muster_${name}`, help, labelNames, registers: [registry] });
  const up = gauge('loop_up', 'Whether the loop goes round: 1 or 0');
  const passing = gauge('pass_running', 'Whether a pass runs at this moment: 1 or 0');
  const last = gauge('last_pass_timestamp_seconds', 'When the last pass ended');
  const next = gauge('next_due_timestamp_seconds', 'When a pass begins without being asked for');
  const people = gauge('people_held', 'People whose changes wait for an approval');
  const entries = gauge('entries_held', 'Entries of the repository that count only as they last were');
  const mistakes = gauge('mistakes', 'Mistakes in the repository');
  const failed = gauge('changes_failed', 'Changes of the last pass that did not come about');
  const notices = gauge('notices', 'Notices of the last pass that ask for something', ['urgent']);
  const paused = gauge('paused', 'Whether an operator paused Muster: 1 or 0');
  const blocks = gauge('operator_blocks', 'Blocks from the command line that are in force');
  const proven = gauge('last_proven_read_timestamp_seconds', 'When a system was last read whole', ['system']);
  const repository = gauge('last_repository_read_timestamp_seconds', 'When the repository itself was last read whole');
  const commit = gauge('newest_commit_timestamp_seconds', 'When the newest commit was made that was read');
  const good = gauge('last_good_pass_timestamp_seconds', 'When a pass last ended that could read everything');
  const systemUp = gauge('system_up', 'Whether the last pass read the system whole: 1 or 0', ['system']);
  const owned = gauge('owned_things', "Things in a system that are Muster's own", ['system']);
  const revision = gauge('repository_revision_info', 'The revision of the last pass, as a label of 1', ['revision']);
  const forge = gauge('forge_up', 'Whether the forge could be asked for merge requests: 1 or 0; absent: there is none');
  const answered = gauge('forge_last_answer_timestamp_seconds', 'When the forge last answered');
  // Both would stand at 0 from the beginning, and a forge that does not exist would seem to be away.
  for (const one of [forge, answered]) one.remove();
  const open = gauge('merge_requests_open', 'Open merge requests, by what was found: reviewed, failed, new', ['state']);
  const bytes = gauge('store_bytes', 'What the store takes on the disk');
  const provenGauges = ({ proven: { repositoryAt, committedAt, passedAt } }: Status) =>
    [
      [repository, repositoryAt],
      [commit, committedAt],
      [good, passedAt],
    ] as const;
  const setForge = ({ at, answeredAt, trouble, open: all }: Status['mergeRequests']) => {
    if (at === null) return;
    forge.set(Number(trouble === null));
    if (answeredAt !== null) answered.set(answeredAt / 1000);
    const counts = Map.groupBy(all, (one) => (one.trouble !== null ? 'failed' : one.at === null ? 'new' : 'reviewed'));
    for (const state of ['reviewed', 'failed', 'new'] as const) open.set({ state }, counts.get(state)?.length ?? 0);
  };
  return {
    set: (status: Status, seen: Seen) => {
      const glance = status.last;
      const urgent = glance?.notices.first.filter((notice) => notice.urgent).length ?? 0;
      up.set(Number(seen.alive));
      passing.set(Number(seen.passingSince !== null));
      if (glance !== null) last.set(glance.finishedAt / 1000);
      if (status.loop.next !== null) next.set(status.loop.next.at / 1000);
      people.set(glance?.holds.reduce((sum, hold) => sum + hold.people, 0) ?? 0);
      entries.set(glance?.heldEntries.count ?? 0);
      mistakes.set(glance?.diagnostics.count ?? 0);
      failed.set(glance?.failed.count ?? 0);
      notices.set({ urgent: 'true' }, urgent);
      notices.set({ urgent: 'false' }, (glance?.notices.count ?? 0) - urgent);
      paused.set(Number(status.paused !== null));
      blocks.set(status.blocks.length);
      for (const { system, state, ours, provenAt } of status.systems) {
        if (provenAt !== null) proven.set({ system }, provenAt / 1000);
        systemUp.set({ system }, Number(state === 'read'));
        if (ours !== null) owned.set({ system }, ours);
      }
      for (const [one, at] of provenGauges(status)) if (at !== null) one.set(at / 1000);
      revision.reset();
      if (glance !== null) revision.set({ revision: glance.revision }, 1);
      setForge(status.mergeRequests);
      bytes.set(status.storeBytes);
    },
  };
}
