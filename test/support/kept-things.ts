/** Readings in which what is as it was is the very object that it was, as an adapter gives them that reads only what changed. */
import type { Observed } from '../../src/core/change.ts';
import type { Observation, Reconciler } from '../../src/core/ports.ts';
import { verySame } from './very-same.ts';

/** Wraps reconcilers, as often as it is asked; what it keeps, it keeps for as long as it is itself. */
export function keepingThings(): (reconciler: Reconciler) => Reconciler {
  const same = verySame<Observed>(({ address, handle }) => JSON.stringify([address.system, handle]));
  const whole = verySame<Observation>(() => '');
  const kept = ({ observed, elsewhere, ...rest }: Observation): Observation =>
    whole({ ...rest, observed: observed.map(same), elsewhere: elsewhere.map(same) });
  return (reconciler) => ({
    ...reconciler,
    connect: async (suits) => {
      const session = await reconciler.connect(suits);
      const { reader } = session;
      return {
        ...session,
        reader: { ...reader, observe: async (...asked) => kept(await reader.observe(...asked)) },
      };
    },
  });
}
