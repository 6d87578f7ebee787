/** What people do to accounts by hand, at random, and which errors an operator's act may end in. */
import fc from 'fast-check';
import { MusterError } from '../../src/errors.ts';
import { ACTS, type Act } from './hand-acts.ts';
import type { HandDirectory } from './hand-directory.ts';

export interface HandStep {
  readonly name: string;
  readonly run: (on: { readonly directory: HandDirectory }) => Promise<void>;
}

/** On the account of one of these, where there is one. */
export function anyHand(names: readonly string[]): fc.Arbitrary<HandStep> {
  return fc.tuple(fc.constantFrom(...names), fc.constantFrom(...(Object.keys(ACTS) as Act[]))).map(([name, act]) => ({
    name: `${act} ${name} by hand`,
    run: async ({ directory }) => {
      if ((await directory.all()).has(name)) await ACTS[act](directory, name);
    },
  }));
}

/** An order may be refused, as a person would be told; anything else is a fault of the test. */
export function refusedOnly(error: unknown): void {
  if (!(error instanceof MusterError)) throw error;
}
