/** Things: how to speak of what a system holds for a person, by its kind; every sentence of a notice, a plan, an answer or a page asks here. */

/** Of one person, of several. */
type Clause = readonly [one: string, many: string];

/** What happens to people when they lose or gain by such a thing. */
export interface Turn {
  /** Over a list of them. */
  readonly title: string;
  readonly future: Clause;
  readonly past: Clause;
  /** As a chronicle has it: `access taken away`. */
  readonly told: string;
}

export interface Thing {
  /** As in an address. */
  readonly kind: string;
  /**
   * Whether everybody has one without its being made: such a thing is never created, adopted or deleted, and has a ledger row only
   * once Muster has switched it.
   */
  readonly innate: boolean;
  /** Under which names a tally counts the people who lose and who gain. */
  readonly tally: { readonly takes: 'takes' | 'mailTakes'; readonly gives: 'gives' | 'mailGives' };
  readonly takes: Turn;
  readonly gives: Turn;
  /** Of a switch that was made; of one that was not; of one that is tried. */
  readonly done: { readonly enable: string; readonly disable: string };
  readonly undone: { readonly enable: string; readonly disable: string };
  readonly tried: { readonly enable: string; readonly disable: string };
  /** Completes `Anna Jensen (ajensen) …` for somebody who may not. */
  readonly denied: string;
  /** Completes `…, but …` where they can all the same. */
  readonly still: string;
  /** A command to a person who does it without Muster. */
  readonly byHand: string;
  /** Completes `Anna Jensen (ajensen) …, LOCATION`. */
  readonly disabledByHand: string;
  /** What is read back after a switch. */
  readonly switched: string;
  /** Completes `the …` that has to be read, changed or given back. */
  readonly called: string;
  /** How many of them were read. */
  readonly counted: Clause;
  /** Completes `3 accounts …` or `3 people …` where they are Muster's to change. */
  readonly owned: Clause;
  /** What it is called in an answer about one person, and how it stands. */
  readonly states: { readonly name: string; readonly enabled: string; readonly disabled: string };
}

const ACCOUNT: Thing = {
  kind: 'account',
  innate: false,
  tally: { takes: 'takes', gives: 'gives' },
  takes: {
    title: 'Access is taken away',
    future: ['person loses access', 'people lose access'],
    past: ['person lost access', 'people lost access'],
    told: 'access taken away',
  },
  gives: {
    title: 'Access is given back',
    future: ['person gets access back', 'people get access back'],
    past: ['person got access back', 'people got access back'],
    told: 'access given back',
  },
  done: { enable: 'account enabled', disable: 'account disabled' },
  undone: { enable: 'account not enabled', disable: 'account not disabled' },
  tried: { enable: 'giving access back', disable: 'taking access away' },
  denied: 'should have no access',
  still: 'can still log in',
  byHand: 'Disable the account by hand',
  disabledByHand: 'was disabled by hand in the directory',
  switched: 'whether the account is enabled',
  called: 'account',
  counted: ['account', 'accounts'],
  owned: ["is Muster's", "are Muster's"],
  states: { name: 'account', enabled: 'enabled', disabled: 'disabled' },
};

const MAIL_PERMISSION: Thing = {
  kind: 'mail-permission',
  innate: true,
  tally: { takes: 'mailTakes', gives: 'mailGives' },
  takes: {
    title: 'May not send mail any more',
    future: ['person may not send mail any more', 'people may not send mail any more'],
    past: ['person was stopped from sending mail', 'people were stopped from sending mail'],
    told: 'sending mail blocked',
  },
  gives: {
    title: 'May send mail again',
    future: ['person may send mail again', 'people may send mail again'],
    past: ['person may send mail again', 'people may send mail again'],
    told: 'sending mail allowed again',
  },
  done: { enable: 'sending mail allowed again', disable: 'sending mail blocked' },
  undone: { enable: 'sending mail not allowed again', disable: 'sending mail not blocked' },
  tried: { enable: 'allowing mail again', disable: 'blocking mail' },
  denied: 'should not send mail',
  still: 'can still send mail',
  byHand: 'Block their mail by hand',
  disabledByHand: 'was blocked from sending mail by hand',
  switched: 'whether they may send mail',
  called: 'mail block',
  counted: ['person', 'people'],
  owned: ['is in its care', 'are in its care'],
  states: { name: 'sending mail', enabled: 'allowed', disabled: 'blocked' },
};

/** In the order in which a page speaks of them. */
export const THINGS: readonly Thing[] = [ACCOUNT, MAIL_PERMISSION];

/** Those of a kind; what was stored before kinds were written down is about accounts. */
export function thingOf(kind: string | undefined): Thing {
  return THINGS.find((thing) => thing.kind === kind) ?? ACCOUNT;
}
