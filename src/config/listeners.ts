/** Rules of what listens: a status page that others can reach asks who they are. */
import { isLoopback } from '../loopback.ts';
import type { TreeNode } from '../model/tree.ts';
import { problemAt, type SettingProblem } from './problems.ts';

/** @param plain the configuration as `plainOf` gives it. */
export function listenerProblems(plain: unknown, root: TreeNode): readonly SettingProblem[] {
  const http = part(plain, 'http');
  const listen = part(http, 'listen');
  const access = part(http, 'access');
  if (access !== undefined && listen === undefined)
    return [
      problemAt(
        root,
        ['http', 'access'],
        'Says who may see a page that is shown nowhere. Add http.listen, or remove this',
      ),
    ];
  if (typeof listen !== 'string') return [];
  const asks = part(access, 'tokenFile') !== undefined || part(access, 'proxy') !== undefined;
  if (access !== undefined && !asks)
    return [problemAt(root, ['http', 'access'], 'Lets nobody in as it is. Set tokenFile, proxy, or both')];
  const host = listen.slice(0, listen.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  if (asks || isLoopback(host)) return [];
  const message = `Others can reach ${host}, and the page names people. Set http.access (tokenFile, proxy, or both), or listen on 127.0.0.1`;
  return [problemAt(root, ['http', 'listen'], message)];
}

function part(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
