/** Examining the group of those who may not send mail: on every server, whether Muster may change it, and who is in it. */
import { type Examiner, type Finding, fail, guarded, ok, warn } from '../../../core/finding.ts';
import type { DirectoryGroup, DirectoryGroupAdapter } from '../../directory/group-port.ts';
import { MAIL } from '../projection.ts';

export function directoryGroupExaminer(directory: DirectoryGroupAdapter): Examiner {
  return {
    system: MAIL,
    examine: () => guarded(MAIL, () => examine(directory)),
    probePlaces: [],
    unproven: 'There is nothing to prove: each member is read back after it was put in or taken out.',
    probe: () => Promise.resolve([]),
  };
}

/** Servers that do not answer are told by the examination of the directory. */
async function examine(directory: DirectoryGroupAdapter): Promise<readonly Finding[]> {
  const { groups } = await directory.connectAll();
  const findings = await Promise.all(groups.map((group) => guarded(group.server, () => examineOne(group))));
  await Promise.all(groups.map((group) => group.close()));
  return findings.flat();
}

async function examineOne(group: DirectoryGroup): Promise<readonly Finding[]> {
  const { server } = group;
  const members = await group.members();
  const accounts = members.filter(({ username }) => username !== null).length;
  const others = members.length - accounts;
  const people = accounts === 1 ? '1 account is in it' : `${accounts} accounts are in it`;
  const more = others === 0 ? '' : `, and what is no account and stays (${others})`;
  const mayChange = await group.mayChange();
  if (mayChange === false) return [fail(server, `Muster may not change who is in it; ${people}${more}.`, RIGHT)];
  if (mayChange === null)
    return [warn(server, `Nobody can tell whether Muster may change it; ${people}${more}.`, RIGHT)];
  return [ok(server, `Muster may change who is in it; ${people}${more}.`)];
}

const RIGHT =
  'Give the account Muster logs in with the right to write the attribute member ("Write Members") of this group.';
