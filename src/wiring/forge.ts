/** Which forge stands behind the port, by the configuration. */
import type { Config } from '../config.ts';
import { gitlabForge } from '../forges/gitlab/adapter.ts';
import { gitlabSchema } from '../forges/gitlab/settings.ts';
import type { Forge, ForgeApprovals } from '../forges/port.ts';

/** Null: none is configured. Connects to nothing yet. */
export function forgeIn({ forge, instance }: Config): (Forge & ForgeApprovals) | null {
  if (forge === null) return null;
  return gitlabForge({ ...gitlabSchema.parse(forge.server), instance });
}
