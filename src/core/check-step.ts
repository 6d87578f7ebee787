/** Checks the step from one revision to another: the repository as it stands, and what the step does, without any system. */
import type { Instant } from '../model/document.ts';
import type { Loaded } from '../model/loaded.ts';
import { type Step, stepOf } from '../model/step.ts';
import { sidesOf } from '../model/step-sides.ts';
import { type Checked, checkedOf } from './check-repository.ts';
import type { Limits } from './limits.ts';
import { limitsTripped, type TrippedLimit } from './step-limits.ts';

export interface CheckedStep extends Checked {
  readonly step: Step & {
    /** The revision as it was asked for. */
    readonly asked: string;
    /** It has gone on since what stands here left it: `base` is the point from which both come. */
    readonly forked: boolean;
    readonly limits: readonly TrippedLimit[];
  };
}

export interface StepToCheck {
  readonly before: Loaded;
  readonly after: Loaded;
  readonly changedPaths: readonly string[];
  readonly asked: string;
  readonly forked: boolean;
}

export interface StepRules {
  /** IANA name. */
  readonly timeZone: string;
  readonly at: Instant;
  readonly limits: Limits;
  /** Whether the name of an institution is written into its people's accounts. */
  readonly institutionNames: boolean;
}

/** Mistakes are told as Muster would tell them after the step: what stood before it goes on where something can't count. */
export function checkStep(step: StepToCheck, rules: StepRules): CheckedStep {
  const { before, after, changedPaths, asked, forked } = step;
  const options = { timeZone: rules.timeZone, at: rules.at, changedPaths };
  const sides = sidesOf(before, after, options);
  const between = stepOf(before, after, options, sides);
  const limits = limitsTripped(sides, between.items, rules.limits, rules.institutionNames);
  return { ...checkedOf(after, sides.resolution), step: { ...between, asked, forked, limits } };
}
