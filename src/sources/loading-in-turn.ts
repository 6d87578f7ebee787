/** Many trees of one repository, loaded one after the other by one loader: of each, only what differs from the one before is read. */
import type { Loaded } from '../model/loaded.ts';
import { type LoadOptions, loaderOf } from './loader.ts';
import type { Source } from './source.ts';

/** For a process that lasts. Whoever asks while another tree is being loaded waits for it. */
export function loaderInTurn(options: Omit<LoadOptions, 'source' | 'resident'>): (source: Source) => Promise<Loaded> {
  let now: Source | null = null;
  const present = () => {
    if (now === null) throw new TypeError('nothing is being loaded');
    return now;
  };
  const source: Source = {
    where: 'the repository',
    snapshot: (signal) => present().snapshot(signal),
    texts: (files) => present().texts(files),
    descends: (from, to) => present().descends(from, to),
    blame: (origin, revision) => present().blame(origin, revision),
  };
  const load = loaderOf({ ...options, source, resident: true });
  let turn: Promise<unknown> = Promise.resolve();
  return (next) => {
    const loading = turn.then(() => {
      now = next;
      return load();
    });
    turn = loading.catch(() => undefined);
    return loading;
  };
}
