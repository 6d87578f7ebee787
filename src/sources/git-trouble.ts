/** What a failed fetch means to a person: what happened, and what to check. */
import { MusterError, messageOf, type Trouble } from '../errors.ts';
import { firstLine } from './git-process.ts';

type Cause = Pick<Trouble, 'remedy' | 'what' | 'next'>;

const CAUSES: readonly (readonly [pattern: RegExp, cause: Cause])[] = [
  [
    /not finished within/,
    {
      remedy: 'retry',
      what: 'The server did not deliver in time.',
      next: 'Check the Git server and the network to it.',
    },
  ],
  [
    /\bit was killed\b/,
    {
      remedy: 'retry',
      what: 'Git was killed on this machine before it was done.',
      next: 'The next pass tries again; if it goes on, check the memory of this machine.',
    },
  ],
  [
    /process that runs Git could not begin/,
    {
      remedy: 'retry',
      what: 'The process that runs Git could not begin.',
      next: 'The next pass tries again; if Muster was updated meanwhile, start it again; else check memory and processes of this machine.',
    },
  ],
  [
    /could not resolve host|name or service not known/i,
    {
      remedy: 'retry',
      what: 'The name of the server is not known.',
      next: 'Check the host in source.git.url, and DNS.',
    },
  ],
  [
    /host key verification failed|no .*host key is known/i,
    {
      remedy: 'person',
      what: "The server's host key is not known here, or is another one.",
      next: "Compare the key with the server's, and add it to ~/.ssh/known_hosts of the user that runs Muster.",
    },
  ],
  [
    /permission denied|authentication failed|could not read (username|password)|access denied|returned error: 40[13]/i,
    {
      remedy: 'person',
      what: 'The server refused to let Muster read.',
      next: 'Check that the deploy key (ssh) or the netrc file (https) of the user that runs Muster may read this repository.',
    },
  ],
  [
    /dubious ownership|unsafe repository/i,
    {
      remedy: 'person',
      what: 'The repository folder belongs to another user, so Git refuses to read it.',
      next: 'Give the folder to the user that runs Muster, or name the repository by an ssh or https URL.',
    },
  ],
  [
    /certificate/i,
    {
      remedy: 'person',
      what: "The server's certificate was not accepted.",
      next: "Check its name and date, and that the authority that issued it is among the machine's trusted ones.",
    },
  ],
  [
    // Git says so in many ways, and says more that sounds like damage after it.
    /early eof|curl (?:16|18|52|55|56|92)\b|empty reply|unexpected disconnect|hung up|remote end closed|getpeername|expected (?:flush|'[a-z-]+')/i,
    {
      remedy: 'retry',
      what: 'The server broke off in the middle of its answer; nothing of it was taken in.',
      next: 'The next pass tries again; if it goes on, check the Git server and the network to it.',
    },
  ],
  [
    /connection refused|connection timed out|connection reset|failed to connect|couldn't connect|no route to host|network is unreachable/i,
    { remedy: 'retry', what: 'The server cannot be reached.', next: 'Check that it runs, and the network to it.' },
  ],
  [
    /gnutls|ssl|tls/i,
    {
      remedy: 'retry',
      what: 'The encrypted connection to the server broke off, or never came about.',
      next: 'Check that the server runs and speaks https at this address, and the network to it.',
    },
  ],
  [
    /does not appear to be a git repository|not found|no such file or directory|not a git repository|does not exist/i,
    {
      remedy: 'person',
      what: 'There is no Git repository at this address.',
      next: 'Check source.git.url, and the right to read it.',
    },
  ],
  [
    /\.lock': File exists/,
    {
      remedy: 'retry',
      what: 'Another process is fetching into the same mirror, or was killed while it did.',
      next: 'The next pass tries again; a lock that was left behind is removed after some minutes.',
    },
  ],
  [
    /no space left on device|disk quota/i,
    { remedy: 'person', what: 'The disk is full.', next: 'Make room on the disk that holds the mirror folder.' },
  ],
  [
    /fsck error|in object [0-9a-f]+|invalid object|bad object|index-pack failed|unpack-objects failed|inflate/i,
    {
      remedy: 'person',
      what: 'The server delivered damaged objects, which were not taken in.',
      next: 'Run `git fsck` on the server.',
    },
  ],
];

/**
 * A failed fetch as a MusterError.
 * @param heads branches that the server named when it was asked for them again, where the fetch did not find the
 * configured `branch`; null: it could not be asked, or the branch was not the trouble
 */
export function fetchTrouble(
  where: string,
  error: unknown,
  branch: string,
  heads: readonly string[] | null,
): MusterError {
  const output = messageOf(error);
  const trouble = { where: `${where}, fetching`, ...(missingBranch(output, branch, heads) ?? causeOf(output)) };
  return new MusterError(trouble, { cause: error });
}

function causeOf(output: string): Cause {
  const known = CAUSES.find(([pattern]) => pattern.test(output));
  if (known !== undefined) return known[1];
  const what = `Git could not fetch: ${firstLine(output) || 'it did not say why'}.`;
  return { remedy: 'retry', what, next: 'Check source.git in the configuration, the server, and the network to it.' };
}

/** An answer that was cut off names fewer branches than there are, so one answer alone does not say that a branch is gone. */
function missingBranch(output: string, branch: string, heads: readonly string[] | null): Cause | null {
  if (!/couldn't find remote ref/i.test(output)) return null;
  if (heads === null || heads.includes(branch)) {
    return {
      remedy: 'retry',
      what: 'The answers of the server were not complete, so that it is not certain whether it has the branch.',
      next: 'The next pass tries again; if it goes on, check source.git.branch, and the server.',
    };
  }
  if (heads.length === 0) {
    return {
      remedy: 'person',
      what: 'The repository is empty: it has no branch yet.',
      next: 'Push the desired state to it.',
    };
  }
  const shown = `It has ${heads.slice(0, 5).join(', ')}${heads.length > 5 ? ' and others' : ''}.`;
  const what = `The repository has no such branch. ${shown}`;
  return { remedy: 'person', what, next: 'Check source.git.branch; if the branch was deleted, bring it back.' };
}
