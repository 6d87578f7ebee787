/** How figures are written: one way for the terminal, the README and the documents. */
import { type Goal, isMet, type Result, ratioOf, reached, type Unit } from './result.ts';

/** `9.2 s`, `0.15 s`, `12 ms`, `676 MB`. */
export function amount(value: number, unit: Unit): string {
  if (unit === 'MB') return `${Math.round(value)} MB`;
  return `${plain(value)} ${unit}`;
}

/** Three digits that count, never in powers of ten. */
export function plain(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return String(Number(value.toPrecision(2)));
}

export function ratioText(result: Result): string {
  const ratio = ratioOf(result);
  if (ratio === null) return '';
  return result.goal.kind === 'times' ? `1/${count(Math.round(1 / ratio))}` : plain(ratio);
}

export function goalText(goal: Goal, unit: Unit): string {
  if (goal.kind === 'limit') return `at most ${amount(goal.value, unit)}`;
  if (goal.kind === 'beyond') return `each run at most ${amount(goal.value, unit)} beyond the floor`;
  return goal.kind === 'ratio' ? `ratio at most ${goal.value}` : `at least ${count(goal.value)} times less`;
}

/** `met` or `missed`, with the value that the goal is about, and by how much it is missed. */
export function verdictText(result: Result): string {
  const { goal, unit } = result;
  const value = reached(result);
  if (isMet(result)) return `met (${valueText(value, goal, unit)})`;
  const factor = goal.kind === 'times' ? goal.value / value : value / goal.value;
  // A tenth over says more as a share, three times over more as a factor.
  const by = factor < 2 ? `${Math.max(1, Math.round((factor - 1) * 100))} %` : `a factor of ${plain(factor)}`;
  return `missed by ${by} (${valueText(value, goal, unit)})`;
}

function valueText(value: number, goal: Goal, unit: Unit): string {
  if (goal.kind === 'limit' || goal.kind === 'beyond') return amount(value, unit);
  return goal.kind === 'ratio' ? plain(value) : `${count(Math.round(value))} times`;
}

/** The steps that take longest, in order: `load 4100 ms, observe 2210 ms, …`; empty where none are known. */
export function stepsText({ steps }: Result): string {
  const longest = Object.entries(steps)
    .filter(([, ms]) => ms >= 1)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 5);
  return longest.map(([name, ms]) => `${name} ${Math.round(ms)} ms`).join(', ');
}

/** `100,000`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
