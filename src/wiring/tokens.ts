/** Which system of tokens stands behind the tokens reconciler. */
import type { Config } from '../config.ts';
import type { Clock, Reconciler } from '../core/ports.ts';
import { activeDirectory } from '../reconcilers/directory/active-directory/adapter.ts';
import type { DirectorySite } from '../reconcilers/directory/port.ts';
import { directoryAttribute } from '../reconcilers/tokens/directory-attribute/adapter.ts';
import { embeddedTokens } from '../reconcilers/tokens/embedded/adapter.ts';
import type { TokenAdapter } from '../reconcilers/tokens/port.ts';
import { tokensReconciler } from '../reconcilers/tokens/reconciler.ts';

/**
 * None where nobody's token is Muster's business.
 * @param site the directory as the tokens see it: with their own attribute, where they are one
 */
export function tokensIn(
  { tokens, directory, instance }: Config,
  site: (mappedAttributes: readonly string[]) => DirectorySite,
  lasting: boolean,
  clock: Clock,
): readonly Reconciler[] {
  if (tokens === null) return [];
  const adapter = (): TokenAdapter => {
    if (tokens.kind === 'embedded') return embeddedTokens(tokens, clock);
    if (directory.kind === 'embedded') throw new TypeError('the schema admits an attribute of Active Directory only');
    const { attribute } = tokens;
    return directoryAttribute(activeDirectory(directory.server, site([attribute])), { attribute, instance });
  };
  return [tokensReconciler(adapter(), { lasting })];
}
