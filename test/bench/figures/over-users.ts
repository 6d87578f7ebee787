/** Time and memory over the number of people: a hundredth, a tenth and all of them. */
import type { Bench } from '../figure.ts';
import type { ScalePoint } from '../result.ts';
import type { Scale } from '../scale.ts';
import { median } from '../statistics.ts';

const SHARES = [0.01, 0.1, 1];

/** Measures all points; give it the last word, because it shares the largest population with the other figures. */
export async function overUsers(bench: Bench): Promise<readonly ScalePoint[]> {
  const points: ScalePoint[] = [];
  for (const share of SHARES) points.push(await pointOf(bench.scale(Math.round(bench.users * share))));
  return points;
}

async function pointOf(scale: Scale): Promise<ScalePoint> {
  const cold = await scale.cold();
  const warm = await scale.warm();
  const { nothing, inGit, peakMb } = await scale.resident();
  const ms = (passes: readonly { readonly ms: number }[]) => median(passes.map((pass) => pass.ms));
  const mb = (passes: readonly { readonly peakMb: number }[]) => Math.max(...passes.map((pass) => pass.peakMb));
  return {
    users: scale.users,
    floorMs: scale.floor().median * 1000,
    coldMs: ms(cold),
    warmMs: ms(warm),
    nothingMs: ms(nothing),
    tenMs: ms(inGit),
    coldMb: mb(cold),
    warmMb: mb(warm),
    residentMb: peakMb,
  };
}
