/** Where the desired state is read: a folder or a mirror of Git, with who answers for a revision, and branches that do not count. */
import type { Config } from '../config.ts';
import type { MergedRequests } from '../core/approval/requests.ts';
import type { Repository } from '../core/ports.ts';
import type { Revisions } from '../core/revisions.ts';
import { folderSource } from '../sources/folder.ts';
import { gitSource } from '../sources/git.ts';
import { gitRevisions } from '../sources/git-revisions.ts';
import { runGitElsewhere } from '../sources/git-runners/current.ts';
import { type LoadOptions, loaderOf } from '../sources/loader.ts';
import { loaderInTurn } from '../sources/loading-in-turn.ts';
import type { Source } from '../sources/source.ts';
import type { OpenStore } from '../store/store.ts';
import { approvalIn } from './approval.ts';

export function sourceOf({ source }: Config, resident = false): Source {
  if (source.kind === 'folder') return folderSource(source.folder);
  if (resident) runGitElsewhere();
  return gitSource({ url: source.url, branch: source.branch }, { mirror: source.mirror, resident });
}

export interface RepositoryOptions {
  readonly resident?: boolean;
  /** What the forge knows of merge requests; null: none is connected. */
  readonly requests?: MergedRequests | null;
}

/** @param store null: without a memory, so that everything is read and no file counts as cut off. */
export function repositoryFrom(
  source: Source,
  config: Config,
  store: OpenStore | null,
  { resident = false, requests = null }: RepositoryOptions = {},
): Repository {
  const { instance, phoneCountries } = config;
  const rules = { source, instance, ...(phoneCountries === null ? {} : { phoneCountries }) };
  const options: LoadOptions =
    store === null
      ? { ...rules, blobs: FORGETFUL, goodText: () => Promise.resolve(null) }
      : { ...rules, resident, blobs: store.blobs, goodText: store.blobs.goodText };
  const approval = approvalIn(config, options, requests);
  const parts = { load: loaderOf(options), descends: (from: string, to: string) => source.descends(from, to) };
  return { ...parts, ...(approval === null ? {} : { approval }) };
}

/** What a branch holds is read with the same rules; it is no news to the process that passes. */
export function revisionsOf({ source, instance, phoneCountries }: Config, { blobs }: OpenStore): Revisions | null {
  if (source.kind === 'folder') return null;
  const { sourceOf, ...revisions } = gitRevisions(
    { url: source.url, branch: source.branch },
    { mirror: source.mirror },
  );
  const rules = { instance, ...(phoneCountries === null ? {} : { phoneCountries }) };
  // What is reviewed differs in a few files from what it would be merged into: all others are then the very same.
  const load = loaderInTurn({ ...rules, blobs, goodText: blobs.goodText });
  return { ...revisions, load: (...of) => load(sourceOf(...of)) };
}

const FORGETFUL: LoadOptions['blobs'] = {
  get: () => Promise.resolve(new Map()),
  put: () => Promise.resolve(),
  text: () => Promise.resolve(null),
};
