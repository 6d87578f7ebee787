/** A group of the simulated domain controller whose members may not send mail, with accounts of its own people beside it. */
import { activeDirectoryGroup } from '../../src/reconcilers/directory/active-directory/group.ts';
import { activeDirectorySchema } from '../../src/reconcilers/directory/active-directory/settings.ts';
import { directoryGroup } from '../../src/reconcilers/mail-blocks/directory-group/adapter.ts';
import type { BlockListAdapter } from '../../src/reconcilers/mail-blocks/port.ts';
import type { Manners } from './directory-simulator-manners.ts';
import { BASE, SimulatedTree, UNIT } from './directory-simulator-tree.ts';
import type { SimulatedDirectory } from './simulated-directory.ts';
import { leafOf } from './simulated-names.ts';
import { sorted } from './story.ts';

const GROUP = `CN=Mail Blocked,OU=Elsewhere,${BASE}`;

export class SimulatedGroup {
  readonly tree: SimulatedTree;
  readonly guid: string;
  readonly #directory: SimulatedDirectory;

  /** @param people usernames, each with an account */
  constructor(directory: SimulatedDirectory, people: readonly string[]) {
    this.#directory = directory;
    this.tree = new SimulatedTree();
    for (const name of people) this.hire(name);
    this.guid = this.tree.add(GROUP, {}, 'group');
  }

  /** Serves it, in the place of whatever was served before. */
  async serve(manners: Manners = {}): Promise<void> {
    await this.#directory.start({ tree: this.tree, manners });
  }

  adapter(): BlockListAdapter {
    const settings = activeDirectorySchema.parse(this.#directory.settings());
    const site = { group: GROUP, markAttribute: 'adminDescription', protectedGroups: [] };
    return directoryGroup(activeDirectoryGroup(settings, site), 'research-service');
  }

  /** Gives somebody an account. @returns its GUID */
  hire(name: string): string {
    return this.tree.add(`CN=${name},${UNIT}`);
  }

  members(): readonly string[] {
    return sorted(this.tree.membersOf(this.guid).map(({ dn }) => leafOf(dn).value));
  }

  put(...names: readonly string[]): void {
    this.tree.join(this.guid, names.map(this.#guidOf));
  }

  take(...names: readonly string[]): void {
    this.tree.leave(this.guid, names.map(this.#guidOf));
  }

  clear(): void {
    this.take(...this.members());
  }

  readonly #guidOf = (name: string) => this.tree.find(`CN=${name},${UNIT}`)?.guid ?? '';
}
