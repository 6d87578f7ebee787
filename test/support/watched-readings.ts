/** How each reading of a system was made, written down as it comes. */
import type { Reach, Reconciler } from '../../src/core/ports.ts';

/** The same reconciler, which adds to `read` whether each reading was of everything or of changes. */
export function watched(reconciler: Reconciler, read: Reach[]): Reconciler {
  return {
    ...reconciler,
    connect: async (suits) => {
      const { reader, writer } = await reconciler.connect(suits);
      const observe: typeof reader.observe = async (wanted, known, reach) => {
        const observation = await reader.observe(wanted, known, reach);
        read.push(observation.reach);
        return observation;
      };
      return { reader: { ...reader, observe }, writer };
    },
  };
}
