/** Why something happened to a person, taken apart so that it can be said in another language: only what people wrote stays as it is. */
import type { Cause } from '../core/change.ts';
import type { LineName } from './catalogue.ts';
import type { Templates } from './templates.ts';

const DAY = String.raw`(?<since>\d{4}-\d\d-\d\d)`;
const END = String.raw`(?:, until [\d-]{10} (?:inclusive|\d\d:\d\d)|, to be lifted on [\d-]{10})?`;

const LEFT = String.raw`the account is closed|the last day with access was [\d-]{10}`;
const OPENED_AGAIN = String.raw`what took it away is over \(it was: (?:${LEFT})\); is back`;
const BEGINS_ANEW = `: gets a new initial password, and .+`;

type CauseLine = Extract<LineName, `because.${string}`>;

/**
 * The clauses of src/model/restrictions.ts, src/core/access.ts and src/core/coming-back.ts, as they begin and end. One that is of no
 * known form, or that joins several others, is quoted as it is.
 */
const FORMS: readonly { readonly kind: string; readonly form: RegExp; readonly line: CauseLine }[] = [
  {
    kind: 'person-blocked',
    form: new RegExp(`^(?<who>.+?) is blocked since ${DAY}${END}: (?<reason>[^;]+)$`),
    line: 'because.person-blocked',
  },
  {
    kind: 'institution-blocked',
    form: new RegExp(`^(?<who>.+?)(?:, of which .+? is part,)? is blocked since ${DAY}${END}: (?<reason>[^;]+)$`),
    line: 'because.institution-blocked',
  },
  {
    kind: 'operator-blocked',
    form: new RegExp(`^.+? is blocked from the command line by (?<who>.+?) since ${DAY}${END}: (?<reason>[^;]+)$`),
    line: 'because.operator-blocked',
  },
  {
    kind: 'mail-blocked',
    form: new RegExp(`^(?<who>.+?) may not send mail since ${DAY}${END}: (?<reason>[^;]+)$`),
    line: 'because.mail-blocked',
  },
  { kind: 'ended', form: new RegExp(`^the last day with access was ${DAY}$`), line: 'because.ended' },
  { kind: 'not-started', form: new RegExp(`^access starts on ${DAY}$`), line: 'because.not-started' },
  { kind: 'over', form: new RegExp(`^the (?:mail )?block of .+ was lifted on ${DAY}$`), line: 'because.lifted' },
  { kind: 'over', form: new RegExp(`^the (?:mail )?block of .+ ended after ${DAY}$`), line: 'because.expired' },
  { kind: 'over', form: /^the block of .+ from the command line by .+ has ended$/, line: 'because.unblocked' },
  { kind: 'over', form: new RegExp(`^access started on ${DAY}$`), line: 'because.begun' },
  { kind: 'over', form: new RegExp(`^${OPENED_AGAIN}, in .+$`), line: 'because.back' },
  {
    kind: 'over',
    form: new RegExp(`^${OPENED_AGAIN} from another institution \\(was with (?<who>[a-z0-9-]+)\\)${BEGINS_ANEW}$`),
    line: 'because.back-elsewhere',
  },
  {
    kind: 'over',
    form: new RegExp(`^${OPENED_AGAIN} after more than (?<since>\\d+) days away${BEGINS_ANEW}$`),
    line: 'because.back-late',
  },
  {
    kind: 'over',
    form: new RegExp(`^${OPENED_AGAIN} otherwise than they went \\(.+? was (?<who>.+?)\\)${BEGINS_ANEW}$`),
    line: 'because.back-otherwise',
  },
  { kind: 'declared', form: /^/, line: 'because.declared' },
  { kind: 'drift', form: /^/, line: 'because.drift' },
];

export function causeIn(
  templates: Templates,
  { kind, text, byHand = [] }: Pick<Cause, 'kind' | 'text' | 'byHand'>,
): string {
  const seen = kind === 'drift' ? byHand.flatMap(({ changed }) => changed ?? [])[0] : undefined;
  if (seen !== undefined && seen.server !== null) {
    const since = `${new Date(seen.at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    return templates.line('because.drift-seen', { text, who: seen.server, since, reason: '' });
  }
  for (const { kind: ofKind, form, line } of FORMS) {
    const found = ofKind === kind ? form.exec(text) : null;
    if (found === null) continue;
    const { who = '', since = '', reason = '' } = found.groups ?? {};
    return templates.line(line, { text, who, since, reason });
  }
  return templates.line('because.other', { text, who: '', since: '', reason: '' });
}
