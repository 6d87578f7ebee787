/** Which forge stands behind the port, by the configuration, and where it is kept how its merge requests stand. */
import type { Config } from '../config.ts';
import type { MergedRequests } from '../core/approval/requests.ts';
import type { MergeRequestMemory } from '../core/merge-requests.ts';
import { gitlabForge } from '../forges/gitlab/adapter.ts';
import { gitlabSchema } from '../forges/gitlab/settings.ts';
import type { Forge, ForgeApprovals } from '../forges/port.ts';

export interface ForgeSite {
  readonly server: Forge & ForgeApprovals;
  readonly memory: MergeRequestMemory;
}

/** Null: none is configured. Connects to nothing yet. */
export function forgeIn(config: Config, memory: MergeRequestMemory): ForgeSite | null {
  const server = serverIn(config);
  return server === null ? null : { server, memory };
}

function serverIn({ forge, instance }: Config): ForgeSite['server'] | null {
  return forge === null ? null : gitlabForge({ ...gitlabSchema.parse(forge.server), instance });
}

/** Who approved what is in the branch by now, as the forge knows it; null: none is connected, or no branch counts. */
export function mergedRequestsIn(config: Config, server = serverIn(config)): MergedRequests | null {
  const { source } = config;
  if (server === null || source.kind === 'folder') return null;
  return { bringing: (commits) => server.bringing(commits, source.branch) };
}
