/** Answers to an operator's act on one person or institution: what was done, what it leads to. */
import type { Adoption } from '../core/operations/adopt.ts';
import type { Blocked, Unblocked } from '../core/operations/block.ts';
import type { Enabled } from '../core/operations/enable.ts';
import { type Rebuild, somethingToAccept } from '../core/operations/rebuild.ts';
import { thingOf } from '../core/thing.ts';
import { endInWords } from '../model/day.ts';
import type { OperatorBlock } from '../model/model.ts';
import { failedSections } from './attention.ts';
import { capped, changeSections, summaryOf, type Wording } from './changes.ts';
import { type Block, item, line, nextStep, type Page, section } from './page.ts';
import { type ReportOptions, reportPage } from './report.ts';
import { readBackSections } from './shut-out.ts';
import { count, moment } from './words.ts';

const KEPT_LONGER =
  'It goes on longer than what was asked for now, so it stays and nothing new is recorded. To have it end sooner, run "muster unblock" first.';

/** @param target whom the order names. */
export function blockedPage(blocked: Blocked, target: string, options: ReportOptions): Page {
  const { timeZone } = options;
  const { already, keptLonger, replaced } = blocked;
  const { blocks } = reportPage(blocked, options);
  const order = (one: OperatorBlock) =>
    `by ${one.by} on ${moment(one.at, timeZone)}${one.until === null ? ', without an end' : `, until ${endInWords(one.until, timeZone)}`}: ${one.reason}`;
  const recorded = 'The block is recorded, and is carried out with every pass until it is ended or runs out.';
  return {
    title: already === null ? `Blocked: ${target}` : `Blocked already: ${target}`,
    blocks: [
      line(already === null ? recorded : `Blocked already ${order(already)}`),
      ...(keptLonger ? [line(KEPT_LONGER)] : []),
      ...replaced.map((one) => line(`It takes the place of the block ${order(one)}`)),
      ...blocks,
      ...readBackSections(blocked.readBack, timeZone),
    ],
  };
}

export function unblockedPage({ ended }: Unblocked, timeZone: string): Page {
  return {
    title: 'Unblocked',
    blocks: [
      ...ended.map(({ target, by, at, reason }) =>
        item(`${target}, blocked by ${by} on ${moment(at, timeZone)}: ${reason}`),
      ),
      ...nextStep(
        'Access comes back with the next pass, unless something else stands against it. To have it now, run "muster sync".',
      ),
    ],
  };
}

export function enabledPage(enabled: Enabled, timeZone: string): Page {
  const done = enabled.applied.filter(({ outcome }) => outcome.status === 'applied').map(({ change }) => change);
  const wording: Wording = { timeZone, all: true, tense: 'past' };
  return {
    title: enabled.person,
    blocks: [...enabledLines(enabled), ...failedSections(enabled.applied, wording), ...changeSections(done, wording)],
  };
}

function enabledLines({ applied, forgotten }: Enabled): readonly Block[] {
  if (forgotten)
    return [
      line('What was deleted is not held against anybody any more.'),
      ...nextStep('To have a new one made, run "muster sync".'),
    ];
  return applied.length === 0 ? [line('Nothing to do: the account is as it should be.', 'good')] : [];
}

/** @param again the command as it was given, to be repeated with --yes */
export function adoptionPage(
  adoption: Adoption,
  { timeZone, again, all }: { readonly timeZone: string; readonly again: string; readonly all: boolean },
): Page {
  const { adopts, refused, aside, applied } = adoption;
  const wording: Wording = { timeZone, all, tense: 'future' };
  const done = applied.flatMap(({ change, outcome }) =>
    outcome.status === 'applied' && change.kind === 'adopt' ? [change] : [],
  );
  const taken = applied.length === 0 ? adopts : done;
  const keys = new Set(taken.map(({ address }) => address.key));
  const wouldChange = adoption.wouldChange.filter(({ address }) => keys.has(address.key));
  const then = summaryOf(wouldChange, 'future');
  return {
    title: adoptionTitle(applied.length, done.length),
    blocks: [
      ...section(
        'Not possible',
        refused.map(({ person, because }) => item(person, [line(because)])),
        'bad',
      ),
      ...failedSections(applied, wording),
      ...section(
        `Left aside, for the next pass would change them (${aside.length})`,
        capped(
          aside.map(({ person, key }) => item([person, ' (', { code: `muster adopt ${key}` }, ' shows what)'])),
          { all },
        ),
        'warn',
      ),
      ...section(
        applied.length === 0 ? 'Would be taken over' : 'Taken over',
        capped(
          taken.map(({ person, location }) => item(person.label, [line(location, 'faint')])),
          { all },
        ),
      ),
      ...(taken.length === 0
        ? []
        : [
            line(then === null ? 'The next pass then changes nothing.' : `With the next pass then: ${then}.`, 'strong'),
          ]),
      ...changeSections(wouldChange, wording),
      ...(applied.length > 0 || adopts.length === 0
        ? []
        : [line('Nothing was written yet. To do it:'), ...nextStep(`${again} --yes --reason "…"`)]),
    ],
  };
}

function adoptionTitle(tried: number, done: number): string {
  if (tried === 0) return 'Accounts that could be taken over';
  return done === 0 ? 'No account was taken over' : 'Accounts taken over';
}

export function rebuildPage(rebuild: Rebuild): Page {
  const { refused, disabled, deleted, done, digest, system, thing } = rebuild;
  const named = thing === 'account' ? '' : ` --system ${system}`;
  return {
    title: 'Ledger rebuild',
    blocks: [
      line(rebuildSummary(rebuild), 'strong'),
      ...doubtBlocks(rebuild),
      ...noneCameLines(rebuild),
      ...section(
        'Not trusted',
        refused.map(({ location, because }) => item(location, [line(because)])),
        'bad',
      ),
      ...section(
        `Disabled now, and so counted as disabled by hand (${disabled.length})`,
        capped(
          disabled.map((key) => item(key)),
          { all: false },
        ),
        'warn',
      ),
      ...section(
        `Not in the ${system} any more (${deleted.length})`,
        capped(
          deleted.map((key) => item(key)),
          { all: false },
        ),
        'warn',
      ),
      ...(done ? nextStep('To see what follows, run "muster plan".') : []),
      ...(done || !somethingToAccept(rebuild)
        ? []
        : [
            line('Nothing was written yet. To do it:'),
            ...nextStep(`muster ledger rebuild${named} --approve ${digest.slice(0, 12)}`),
          ]),
    ],
  };
}

/** What is given up by taking the state of this server for the truth. */
function doubtBlocks({ doubt, done }: Rebuild): readonly Block[] {
  if (doubt === null) return [];
  const lost = doubt.lost.map(({ key, what }) => item(key, [line(`differs: ${what.join(', ')}`)]));
  const verdict = done ? 'What it shows counts from now on.' : 'An approval makes what it shows count from now on.';
  return [
    line(`${doubt.server}: ${doubt.because} ${verdict}`, 'warn'),
    ...section(`Differs from what Muster last wrote (${lost.length})`, capped(lost, { all: false }), 'warn'),
  ];
}

/** Deleted, or hidden from Muster: only a person can tell. */
function noneCameLines({ noneCame, system, thing, done }: Rebuild): readonly Block[] {
  if (!noneCame) return [];
  const { called } = thingOf(thing);
  const make = `"muster enable USER --system ${system} --reason …" lets the next pass make a new ${called} for somebody.`;
  if (done) return nextStep(make);
  return [
    line(`Not one ${called} came back. Make certain that they are deleted, and not only hidden from Muster.`, 'warn'),
    line(`Afterwards none is made by itself: ${make}`),
  ];
}

function rebuildSummary({ rows, deleted, done, thing }: Rebuild): string {
  const { counted, called, issued } = thingOf(thing);
  const lost =
    deleted.length === 0 ? '' : `${count(deleted.length, ...counted)} ${done ? 'noted' : 'would be noted'} as deleted.`;
  if (issued) return lost === '' ? `Nothing to learn: every ${called} that the ledger knows is there.` : lost;
  const things = count(rows.length, ...counted);
  if (done) return `Learned ${things} by their marks. ${lost}`.trimEnd();
  if (rows.length + deleted.length === 0)
    return `Nothing to learn: the ledger knows every ${called} that bears Muster's mark.`;
  return `${things} would be learned by their marks. ${lost}`.trimEnd();
}

/** @param outbox folder of the sealed files. */
export function reissuedPage(
  { username, attempt }: { readonly username: string; readonly attempt: string },
  outbox: string,
): Page {
  return {
    title: `New initial password for ${username}`,
    blocks: [
      line('The old password no longer works. The new one is sealed in:'),
      ...nextStep(`muster credentials open ${outbox}/${username}.${attempt}.age --identity KEYFILE`),
    ],
  };
}
