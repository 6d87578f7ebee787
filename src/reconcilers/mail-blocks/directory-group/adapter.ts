/** A group of the directory: who is in it may not send mail. Whatever refuses them asks the directory; other members are nobody's business here. */
import type { DirectoryGroup, DirectoryGroupAdapter } from '../../directory/group-port.ts';
import type { BlockList, BlockListAdapter } from '../port.ts';
import { Membership } from './membership.ts';

/** @param instance whose marks count: an account goes by the name in such a mark, and else by its own */
export function directoryGroup(directory: DirectoryGroupAdapter, instance: string): BlockListAdapter {
  const listOn = (group: DirectoryGroup): BlockList => {
    const membership = new Membership(group, instance);
    return {
      server: group.server,
      heard: () => group.heard(),
      now: () => group.now(),
      read: () => membership.read(),
      cannotName: (keys) => membership.cannotName(keys),
      write: (edit) => membership.write(edit),
      close: () => group.close(),
    };
  };
  return {
    afterShutting: [
      { text: 'mail that was taken in before may still leave: look into the queue of the mail server', lasts: null },
    ],
    connect: async () => listOn(await directory.connect()),
    connectAll: async () => {
      const { groups, unreachable } = await directory.connectAll();
      return { lists: groups.map(listOn), unreachable };
    },
  };
}
