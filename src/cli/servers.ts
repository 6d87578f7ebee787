/** `muster servers`: where each hosted server stands. */
import { standingOfServers } from '../core/server-standing.ts';
import { serversPage } from '../views/servers.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export async function servers(invocation: Invocation): Promise<ExitCode> {
  return onSite(invocation, async ({ parts }) => {
    const { store, tasks: byHand, settings, clock } = parts;
    const entries = await store.memory.entries();
    const tasks = (await byHand?.memory.memory())?.tasks ?? [];
    const standings = standingOfServers({ entries, tasks }, clock(), settings.timeZone);
    await show(invocation, { format: 1, servers: standings }, () => serversPage(standings));
    return 0;
  });
}
