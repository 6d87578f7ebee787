/** The `forge` part of the configuration: where merge requests are, whose are planned, and how often they are looked at. */
import type { z } from 'zod';
import { AUTHOR, type GitlabInput, PROJECT, problemOfUrl } from '../forges/gitlab/settings.ts';
import type { TreeNode } from '../model/tree.ts';
import { listOf, matching, path, settings, text, whole } from './fields.ts';
import { problemAt, type SettingProblem } from './problems.ts';

/** Between two looks where no notice comes, in seconds. */
const EVERY_DEFAULT = 60;
/** More often is a load that nobody needs, where notices come at once. */
const EVERY_LEAST = 10;
const EVERY_MOST = 3600;
const ANSWER_SECONDS_MAX = 600;

export const forgeSchema = settings({
  gitlab: settings({
    url: text('the address of a GitLab, by https', 'https://gitlab.example.org', (url) => problemOfUrl(url) === null),
    project: matching('the path of a project, or its number', 'research/desired-state', PROJECT),
    tokenFile: path('/run/secrets/gitlab-token'),
    caFile: path('/etc/muster/ca.pem').optional(),
    timeouts: settings({
      connectSeconds: whole(1, ANSWER_SECONDS_MAX, 'seconds').optional(),
      answerSeconds: whole(1, ANSWER_SECONDS_MAX, 'seconds').optional(),
    }).optional(),
  }),
  authors: listOf(matching('the name of a GitLab user', 'ajensen', AUTHOR), '[ajensen, bkarlsen]').optional(),
  everySeconds: whole(EVERY_LEAST, EVERY_MOST, 'seconds', EVERY_DEFAULT).optional(),
});

export interface ForgeConfig {
  readonly kind: 'gitlab';
  readonly server: GitlabInput;
  /** Whose merge requests are planned; all others are only validated. */
  readonly authors: readonly string[];
  readonly everySeconds: number;
}

/** @param absolute makes a path relative to the configuration file an absolute one */
export function forgeOf(
  { gitlab, authors, everySeconds }: z.output<typeof forgeSchema>,
  absolute: (path: string) => string,
): ForgeConfig {
  const { tokenFile, caFile, timeouts, ...plain } = gitlab;
  const server: GitlabInput = {
    ...plain,
    tokenFile: absolute(tokenFile),
    ...(caFile === undefined ? {} : { caFile: absolute(caFile) }),
    ...(timeouts === undefined ? {} : { timeouts }),
  };
  return { kind: 'gitlab', server, authors: authors ?? [], everySeconds: everySeconds ?? EVERY_DEFAULT };
}

/** A folder has no merge requests. @param plain the configuration as `plainOf` gives it. */
export function forgeProblems(plain: unknown, root: TreeNode): readonly SettingProblem[] {
  if (part(plain, 'forge') === undefined || part(part(plain, 'source'), 'folder') === undefined) return [];
  return [problemAt(root, ['forge'], 'A folder has no merge requests. Set source.git, or remove this part')];
}

function part(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
