/** `muster adopt USER…`, or `--ou`: takes over existing accounts, after showing what that would change. */

import type { Config } from '../config.ts';
import { type Adoption, adopt as adoptAccounts, type Region } from '../core/operations/adopt.ts';
import type { Operator } from '../core/operations/scene.ts';
import { MusterError } from '../errors.ts';
import { adoptionPage } from '../views/acts.ts';
import { shellWord } from '../views/shell-word.ts';
import { withinUnit } from '../wiring/importing.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import { onSite } from './site.ts';

export interface AdoptOptions {
  readonly yes?: boolean;
  readonly reason?: string;
  readonly ou?: string;
  readonly changing?: boolean;
  readonly all?: boolean;
}

export async function adopt(
  invocation: Invocation,
  options: AdoptOptions,
  usernames: readonly string[],
): Promise<ExitCode> {
  const again = commandOf(options, usernames);
  const operator = operatorOf(invocation, options, again);
  return onSite(invocation, async ({ config, parts }) => {
    const adoption = await adoptAccounts(parts, whomOf(config, options, usernames), operator);
    const { timeZone } = parts.settings;
    await show(invocation, { format: 1, ...adoption }, () =>
      adoptionPage(adoption, { timeZone, again, all: options.all === true }),
    );
    return isDone(adoption) ? 0 : 2;
  });
}

function isDone({ adopts, applied, refused, aside }: Adoption): boolean {
  const taken = applied.filter(({ outcome }) => outcome.status === 'applied').length;
  return adopts.length === taken && refused.length === 0 && aside.length === 0;
}

/** @throws MusterError for neither names nor a unit, and for both. */
function commandOf({ ou, changing }: AdoptOptions, usernames: readonly string[]): string {
  if ((ou === undefined) === (usernames.length === 0)) {
    throw new MusterError({
      remedy: 'person',
      where: 'muster adopt',
      what: ou === undefined ? 'Nobody is named.' : 'Either usernames are given or a unit, not both.',
      next: 'Write "muster adopt USER…", or "muster adopt --ou OU=…" for everybody whose account lies there.',
    });
  }
  if (ou === undefined) return `muster adopt ${usernames.map(shellWord).join(' ')}`;
  return `muster adopt --ou ${shellWord(ou)}${changing === true ? ' --changing' : ''}`;
}

function whomOf(
  config: Config,
  { ou, changing }: AdoptOptions,
  usernames: readonly string[],
): readonly string[] | Region {
  return ou === undefined ? usernames : { within: withinUnit(config, ou), changing: changing === true };
}

/** Null: it is only shown, which needs no reason. */
function operatorOf({ env }: Invocation, { yes, reason }: AdoptOptions, again: string): Operator | null {
  if (reason !== undefined) {
    const operator = operatorFrom(env, reason);
    return yes === true ? operator : null;
  }
  if (yes !== true) return null;
  throw new MusterError({
    remedy: 'person',
    where: 'muster adopt --yes',
    what: 'No reason is given.',
    next: `Write: ${again} --yes --reason "…"`,
  });
}
