/** Which list of people who may not send mail stands behind the mail-blocks reconciler. */
import type { Config } from '../config.ts';
import type { Examiner } from '../core/finding.ts';
import type { Clock, Reconciler } from '../core/ports.ts';
import { activeDirectoryGroup } from '../reconcilers/directory/active-directory/group.ts';
import type { DirectoryGroupAdapter } from '../reconcilers/directory/group-port.ts';
import { controlFile } from '../reconcilers/mail-blocks/control-file/adapter.ts';
import { controlFileExaminer } from '../reconcilers/mail-blocks/control-file/examiner.ts';
import { directoryGroup } from '../reconcilers/mail-blocks/directory-group/adapter.ts';
import { directoryGroupExaminer } from '../reconcilers/mail-blocks/directory-group/examiner.ts';
import { embeddedBlockList } from '../reconcilers/mail-blocks/embedded/adapter.ts';
import type { BlockListAdapter } from '../reconcilers/mail-blocks/port.ts';
import { postfix } from '../reconcilers/mail-blocks/postfix/adapter.ts';
import { postfixExaminer } from '../reconcilers/mail-blocks/postfix/examiner.ts';
import { mailBlocksReconciler } from '../reconcilers/mail-blocks/reconciler.ts';

/** None where nobody's mail is Muster's business. */
export function mailBlocksIn(config: Config, lasting: boolean, clock: Clock): readonly Reconciler[] {
  const adapter = adapterFor(config, clock);
  return adapter === null ? [] : [mailBlocksReconciler(adapter, { lasting })];
}

export function mailExaminersOf(config: Config): readonly Examiner[] {
  const { mailBlocks, instance } = config;
  const site = { instance, clock: Date.now };
  switch (mailBlocks?.kind) {
    case 'control-file':
      return [controlFileExaminer(mailBlocks, site)];
    case 'postfix':
      return [postfixExaminer(mailBlocks, site)];
    case 'directory-group':
      return [directoryGroupExaminer(groupIn(config, mailBlocks.group))];
    default:
      return [];
  }
}

function adapterFor(config: Config, clock: Clock): BlockListAdapter | null {
  const { mailBlocks, instance } = config;
  switch (mailBlocks?.kind) {
    case undefined:
      return null;
    case 'embedded':
      return embeddedBlockList(mailBlocks, clock);
    case 'postfix':
      return postfix(mailBlocks, { instance, clock });
    case 'control-file':
      return controlFile(mailBlocks, { instance, clock });
    case 'directory-group':
      return directoryGroup(groupIn(config, mailBlocks.group), instance);
  }
}

function groupIn({ directory }: Config, group: string): DirectoryGroupAdapter {
  if (directory.kind === 'embedded') throw new TypeError('the configuration admits it in Active Directory only');
  const { markAttribute, protectedGroups } = directory.accounts;
  return activeDirectoryGroup(directory.server, { group, markAttribute, protectedGroups });
}
