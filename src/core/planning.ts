/** Planning in a pass: the plan made of what each system came to, and its judgement at the gate. */
import type { Spending } from './budget.ts';
import { type Change, compareChanges } from './change.ts';
import type { Wanted } from './desire.ts';
import { type GateInput, gate } from './gate.ts';
import type { Limits } from './limits.ts';
import { type ModeSettings, observingOf } from './modes.ts';
import { orderNotices } from './orders.ts';
import type { Gated, Plan } from './plan.ts';
import type { Reconciler } from './ports.ts';
import type { Recalled } from './recall.ts';
import type { StoreDoubt } from './restored.ts';
import type { SystemResult } from './system-pass.ts';
import type { Timekeeper } from './timekeeper.ts';

interface PlanningParts {
  readonly settings: ModeSettings & { readonly limits: Limits };
  readonly reconcilers: readonly Reconciler[];
}

export function planOf(parts: PlanningParts, run: Timekeeper, want: Wanted, systems: readonly SystemResult[]): Plan {
  const { resolution, loaded } = want;
  return {
    format: 1,
    revision: loaded.revision,
    at: run.startedAt,
    changes: [...systems.flatMap((system) => system.lane.changes), ...bulkOf(parts, systems)],
    notices: [
      ...systems.flatMap(({ system, notices }) => notices.map((one) => ({ system, ...one }))),
      ...orderNotices(resolution.model, run.startedAt),
    ],
    heldEntries: resolution.heldEntries,
    read: systems.flatMap((system) => system.read ?? []),
    unread: systems.flatMap((system, index) =>
      system.trouble === null ? [] : [{ system: parts.reconcilers[index]?.system ?? '', ...system.trouble }],
    ),
  };
}

function bulkOf({ reconcilers }: PlanningParts, systems: readonly SystemResult[]): readonly Change[] {
  const ranks = new Map(reconcilers.map((one) => [one.system, one.rank]));
  return systems.flatMap((system) => system.changes).sort(compareChanges((system) => ranks.get(system) ?? 0));
}

export function limitsOf(parts: PlanningParts, run: Timekeeper, want: Wanted, recalled: Recalled) {
  const { used, approvals, spent, tracks, seals } = recalled;
  const { limits } = parts.settings;
  return {
    revision: want.loaded.revision,
    limits,
    used,
    approvals,
    spent,
    tracks,
    seals,
    ours: new Map<string, number>(),
    observing: observingOf(want.resolution.model, parts.settings),
    at: run.startedAt,
  };
}

export function judge(
  parts: PlanningParts,
  request: { readonly trigger: string },
  run: Timekeeper,
  want: Wanted,
  recalled: Recalled,
  restored: StoreDoubt | null,
  systems: readonly SystemResult[],
  spending: Spending,
): Gated {
  const lost = recalled.establishedAt === null && systems.some((system) => system.unknownMarks > 0);
  const input: GateInput = {
    ...limitsOf(parts, run, want, recalled),
    earlier: spending.all,
    changes: bulkOf(parts, systems),
    ours: new Map(systems.flatMap(({ read }) => (read === null ? [] : [[read.system, read.ours] as const]))),
    paused: recalled.paused,
    storeLost: lost,
    ...(restored === null ? {} : { restored }),
    patient: request.trigger !== 'command',
  };
  const gated = gate(input);
  return { ...gated, holds: [...systems.flatMap((system) => system.lane.holds), ...gated.holds] };
}
