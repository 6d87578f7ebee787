/** Rules of what listens: a status page that others can reach asks who they are. */
import { isIP } from 'node:net';
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
  const pushes = part(part(http, 'webhook'), 'listen');
  if (typeof pushes === 'string' && overlap(listen, pushes)) {
    const message = `http.listen ${listen} and http.webhook.listen ${pushes} take the same port. Give one of them another`;
    return [problemAt(root, ['http', 'webhook', 'listen'], message)];
  }
  const asks = part(access, 'tokenFile') !== undefined || part(access, 'proxy') !== undefined;
  if (access !== undefined && !asks)
    return [problemAt(root, ['http', 'access'], 'Lets nobody in as it is. Set tokenFile, proxy, or both')];
  const { host } = placeOf(listen);
  if (asks || isLoopback(host)) return [];
  const message = `Others can reach ${host}, and the page names people. Set http.access (tokenFile, proxy, or both), or listen on 127.0.0.1`;
  return [problemAt(root, ['http', 'listen'], message)];
}

/** Two IP addresses may have one port each of the same number, unless one of them stands for all; a name may mean either. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [placeOf(one), placeOf(other)];
  if (a.port !== b.port || a.port === '0') return false;
  const apart = [a, b].every(({ host }) => isIP(host) !== 0 && !ALL_ADDRESSES.includes(host));
  return a.host === b.host || !apart;
}

const ALL_ADDRESSES = ['0.0.0.0', '::'];

function placeOf(listen: string): { readonly host: string; readonly port: string } {
  const colon = listen.lastIndexOf(':');
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: listen.slice(colon + 1) };
}

function part(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
