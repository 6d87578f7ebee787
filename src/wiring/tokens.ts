/** Which system of tokens stands behind the tokens reconciler. */
import type { Config } from '../config.ts';
import type { Examiner, Finding } from '../core/finding.ts';
import type { Clock, Reconciler } from '../core/ports.ts';
import { checkSecretFile } from '../credentials/readiness.ts';
import { activeDirectory } from '../reconcilers/directory/active-directory/adapter.ts';
import { directoryAttribute } from '../reconcilers/tokens/directory-attribute/adapter.ts';
import { embeddedTokens } from '../reconcilers/tokens/embedded/adapter.ts';
import type { TokenAdapter } from '../reconcilers/tokens/port.ts';
import { privacyidea } from '../reconcilers/tokens/privacyidea/adapter.ts';
import { privacyideaExaminer } from '../reconcilers/tokens/privacyidea/examiner.ts';
import { tokensReconciler } from '../reconcilers/tokens/reconciler.ts';
import { siteOf } from './directory-site.ts';

/** None where nobody's token is Muster's business. */
export function tokensIn(config: Config, lasting: boolean, clock: Clock): readonly Reconciler[] {
  const adapter = adapterFor(config, clock);
  return adapter === null ? [] : [tokensReconciler(adapter, { lasting })];
}

/** Attributes of accounts that are written as tokens: the right to do so is looked at with the directory's. */
export function tokenAttributes({ tokens }: Config): readonly string[] {
  return tokens?.kind === 'directory-attribute' ? [tokens.attribute] : [];
}

export function tokenExaminersOf({ tokens }: Config): readonly Examiner[] {
  return tokens?.kind === 'privacyidea' ? [privacyideaExaminer(tokens.server)] : [];
}

/** Files that hold what Muster logs on with. */
export async function tokenSecretFindings({ tokens }: Config): Promise<readonly Finding[]> {
  if (tokens?.kind !== 'privacyidea') return [];
  const { tokenFile, login } = tokens.server;
  const path = login?.passwordFile ?? tokenFile;
  return path === undefined ? [] : await checkSecretFile('privacyIDEA secret file', path);
}

function adapterFor({ tokens, directory, instance }: Config, clock: Clock): TokenAdapter | null {
  switch (tokens?.kind) {
    case undefined:
      return null;
    case 'embedded':
      return embeddedTokens(tokens, clock);
    case 'privacyidea':
      return privacyidea(tokens.server, { instance });
    case 'directory-attribute': {
      if (directory.kind === 'embedded') throw new TypeError('the configuration admits it in Active Directory only');
      const { attribute } = tokens;
      const own = activeDirectory(directory.server, siteOf(directory.accounts, [attribute]));
      return directoryAttribute(own, { attribute, instance });
    }
  }
}
