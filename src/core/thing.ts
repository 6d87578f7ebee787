/** Things: how to speak of what a system holds for a person, by its kind; every sentence of a notice, a plan, an answer or a page asks here. */

import type { Right } from '../model/standing.ts';
import type { ChangeKind } from './change.ts';

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

type MakingWords = Readonly<Record<'create' | 'adopt', string>>;

/** What is said of those that are made, and of those that were there and are taken over. */
export interface Making {
  /** Under which names a tally counts the people. */
  readonly tally: {
    readonly creates: 'creates' | 'tokenCreates';
    readonly adopts: 'adopts' | 'tokenAdopts';
  };
  readonly creates: Turn;
  readonly adopts: Turn;
  /** Of one that was made or taken over; of one that was not; of one that is tried. */
  readonly done: MakingWords;
  readonly undone: MakingWords;
  readonly tried: MakingWords;
  /** Completes `Anna Jensen (ajensen) …` where one is made. */
  readonly because: string;
  /** Completes `Anna Jensen (ajensen) …` where none can be made, before the reason. */
  readonly refused: string;
}

export interface Thing {
  /** As in an address. */
  readonly kind: string;
  /**
   * Whether everybody has one without its being made: such a thing is never created, adopted or deleted, and has a ledger row only
   * once Muster has switched it.
   */
  readonly innate: boolean;
  /**
   * Whether the system itself says whose one is, and others give them to people as well: somebody may have several. One that is as it
   * would be made is taken over without being asked; a second one is never made, and never switched on; and whoever may have
   * none has every one switched off, whoever gave it.
   */
  readonly issued: boolean;
  /** Kind of the thing that a person must have before one of these is made for them or taken over; null: none. */
  readonly leansOn: string | null;
  /** Null: nobody makes one or takes one over. */
  readonly making: Making | null;
  /** Under which names a tally counts the people who lose and who gain. */
  readonly tally: {
    readonly takes: 'takes' | 'mailTakes' | 'tokenTakes';
    readonly gives: 'gives' | 'mailGives' | 'tokenGives';
  };
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
  /** What a person can do by it, as in `log in`, and what of their standing says whether they may. */
  readonly channel: { readonly name: string; readonly right: Right };
}

const ACCOUNT_MAKING: Making = {
  tally: { creates: 'creates', adopts: 'adopts' },
  creates: {
    title: 'New accounts',
    future: ['person gets an account', 'people get an account'],
    past: ['person got an account', 'people got an account'],
    told: 'account made',
  },
  adopts: {
    title: 'Accounts taken over by Muster',
    future: ['account is taken over', 'accounts are taken over'],
    past: ['account was taken over', 'accounts were taken over'],
    told: 'account taken over',
  },
  done: { create: 'account made', adopt: 'account taken over' },
  undone: { create: 'account not made', adopt: 'account not taken over' },
  tried: { create: 'making the account', adopt: 'taking over the account' },
  because: 'is declared and has no account yet',
  refused: 'gets no account',
};

const ACCOUNT: Thing = {
  kind: 'account',
  innate: false,
  issued: false,
  leansOn: null,
  making: ACCOUNT_MAKING,
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
  channel: { name: 'log in', right: 'mayLogIn' },
};

const MAIL_PERMISSION: Thing = {
  kind: 'mail-permission',
  innate: true,
  issued: false,
  leansOn: null,
  making: null,
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
  channel: { name: 'send mail', right: 'maySendMail' },
};

const TOKEN: Thing = {
  kind: 'token',
  innate: false,
  issued: true,
  leansOn: ACCOUNT.kind,
  making: {
    tally: { creates: 'tokenCreates', adopts: 'tokenAdopts' },
    creates: {
      title: 'New tokens for passcodes by SMS',
      future: ['person gets a token', 'people get a token'],
      past: ['person got a token', 'people got a token'],
      told: 'token made',
    },
    adopts: {
      title: 'Tokens taken over by Muster',
      future: ['token is taken over', 'tokens are taken over'],
      past: ['token was taken over', 'tokens were taken over'],
      told: 'token taken over',
    },
    done: { create: 'token made', adopt: 'token taken over' },
    undone: { create: 'token not made', adopt: 'token not taken over' },
    tried: { create: 'making the token', adopt: 'taking over the token' },
    because: 'is declared and has no token yet',
    refused: 'gets no token',
  },
  tally: { takes: 'tokenTakes', gives: 'tokenGives' },
  takes: {
    title: 'Gets no passcodes any more',
    future: ['person gets no passcodes any more', 'people get no passcodes any more'],
    past: ['person was cut off from passcodes', 'people were cut off from passcodes'],
    told: 'token switched off',
  },
  gives: {
    title: 'Gets passcodes again',
    future: ['person gets passcodes again', 'people get passcodes again'],
    past: ['person gets passcodes again', 'people get passcodes again'],
    told: 'token switched on again',
  },
  done: { enable: 'token switched on', disable: 'token switched off' },
  undone: { enable: 'token not switched on', disable: 'token not switched off' },
  tried: { enable: 'switching the token on', disable: 'switching the token off' },
  denied: 'should get no passcodes',
  still: 'can still get passcodes',
  byHand: 'Switch the token off by hand',
  disabledByHand: 'has a token that was switched off by hand',
  switched: 'whether the token is on',
  called: 'token',
  counted: ['token', 'tokens'],
  owned: ["is Muster's", "are Muster's"],
  states: { name: 'token', enabled: 'on', disabled: 'off' },
  channel: { name: 'get passcodes by SMS', right: 'token' },
};

/** In the order in which a page speaks of them. */
export const THINGS: readonly Thing[] = [ACCOUNT, MAIL_PERMISSION, TOKEN];

/** Those of a kind; what was stored before kinds were written down is about accounts. */
export function thingOf(kind: string | undefined): Thing {
  return THINGS.find((thing) => thing.kind === kind) ?? ACCOUNT;
}

/** What was done, as in `account enabled`; undefined: to an account. */
export function doneWords(change: ChangeKind, thing: string | undefined): string {
  if (change === 'update') return 'details changed';
  return change === 'enable' || change === 'disable' ? thingOf(thing).done[change] : makingOf(thing).done[change];
}

/** What was not done, though it was to be. */
export function undoneWords(change: ChangeKind, thing: string | undefined): string {
  if (change === 'update') return 'details not changed';
  return change === 'enable' || change === 'disable' ? thingOf(thing).undone[change] : makingOf(thing).undone[change];
}

/** What is tried, as in `making the account`. */
export function attemptWords(change: ChangeKind, thing: string | undefined): string {
  if (change === 'update') return 'changing details';
  return change === 'enable' || change === 'disable' ? thingOf(thing).tried[change] : makingOf(thing).tried[change];
}

/** What is said of making one of that kind; what nobody makes is spoken of like an account. */
export function makingOf(kind: string | undefined): Making {
  return thingOf(kind).making ?? ACCOUNT_MAKING;
}
