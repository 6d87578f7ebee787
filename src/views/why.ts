/** A person's standing as people read it: what they may do, why not, what each system holds, what happened last. */
import type { Attributes } from '../core/change.ts';
import type { HeldFor } from '../core/outstanding.ts';
import { doneWords, thingOf } from '../core/thing.ts';
import type {
  Authored,
  Authorship,
  HeldThing,
  PastChange,
  RememberedThing,
  SystemAnswer,
  WhyAnswer,
} from '../core/why.ts';
import type { Condition } from '../model/document.ts';
import type { Ended, Reason } from '../model/standing.ts';
import { answerWords } from './answers.ts';
import { holdSections, noticeSections, troubleItem, troubleSections, urgentSections } from './attention.ts';
import { handChangeLines } from './changes.ts';
import { diagnosticSections } from './diagnostics.ts';
import { type Block, type Item, item, line, type Page, section, whereFrom } from './page.ts';
import { shutOutSections } from './shut-out.ts';
import { taskBlocks } from './tasks.ts';
import { attributeName, attributeValue, moment, people, sentence, shortRevision } from './words.ts';

const conditions: Readonly<Record<Condition, string | null>> = {
  declared: null,
  held: 'The entry as it stands now does not count (it has a mistake, or the repository is away or refused), so it counts as it last was: this person can lose access, but gains nothing.',
  vanished:
    'The entry is gone from the repository, so it counts as it last was: this person can lose access, but gains nothing.',
};

const statuses: Readonly<Record<PastChange['status'], string>> = {
  applied: '',
  failed: ' (failed)',
  skipped: ' (passed over)',
  unknown: ' (outcome not known yet)',
};

/** @param timeZone IANA name, for every moment shown. */
export function whyPage(answer: WhyAnswer, timeZone: string): Page {
  const { declared } = answer;
  return {
    title: declared?.label ?? answer.user,
    blocks: [
      ...troubleSections(answer.trouble),
      ...urgentSections(answer.outstanding),
      ...standingLines(answer, timeZone),
      ...answer.held.flatMap((one) => heldSections(one, timeZone)),
      ...noticeSections(answer.drifted ?? [], { timeZone, all: true, tense: 'future' }),
      ...shutOutSections(answer.shutOut, timeZone, systemsIn(answer.outstanding)),
      ...section(
        'Why not',
        answer.reasons.map((reason) => reasonItem(reason, timeZone)),
        'bad',
      ),
      ...section(
        'No longer in force',
        answer.ended.map((ended) => endedItem(ended, timeZone)),
        'faint',
      ),
      ...section('Tasks done by hand', taskBlocks(answer.tasks, { timeZone, at: answer.at })),
      ...section('In the repository', declarationLines(answer, timeZone)),
      ...diagnosticSections(answer.diagnostics, { all: true }),
      ...answer.systems.flatMap((system) => systemSection(system, timeZone)),
      ...section(
        'Last changes',
        answer.history.map((change) => historyItem(change, timeZone)),
      ),
    ],
  };
}

/** Of which is said at the top already what to do. */
function systemsIn(notices: WhyAnswer['outstanding']): ReadonlySet<string> {
  return new Set(notices.flatMap(({ system }) => system ?? []));
}

function standingLines({ standing, onlyObserved }: WhyAnswer, timeZone: string): readonly Block[] {
  if (standing === null) return [line('Nobody of this username is declared in the repository.', 'warn')];
  const says = (allowed: boolean, yes: string, no: string) => line(allowed ? yes : no, allowed ? 'good' : 'bad');
  const { mayLogIn, maySendMail, token, nextDue } = standing;
  return [
    says(mayLogIn.allowed, 'May log in.', 'May not log in.'),
    says(maySendMail.allowed, 'May send mail.', 'May not send mail.'),
    says(token.allowed, 'May get passcodes by SMS.', 'May not get passcodes by SMS.'),
    ...(onlyObserved === undefined ? [] : [line(onlyObserved, 'warn')]),
    ...(nextDue === null ? [] : [line(`Next change by a date: ${moment(nextDue, timeZone)} (${timeZone}).`, 'faint')]),
  ];
}

function heldSections(held: HeldFor, timeZone: string): readonly Block[] {
  const { others, since } = held;
  const waiting =
    others === 0 ? '' : ` ${people(others)} more ${others === 1 ? 'waits' : 'wait'} under the same digest.`;
  return [
    ...holdSections([held], { timeZone, all: true, tense: 'future' }),
    line(`Held by the pass of ${moment(since, timeZone)}.${waiting}`, 'faint'),
  ];
}

function reasonItem(reason: Authored<Reason>, timeZone: string): Item {
  return item(
    [sentence(reason.text), ...whereFrom(reason.origin, reason.through)],
    authorLines(reason.authorship, timeZone),
  );
}

function endedItem(ended: Authored<Ended>, timeZone: string): Item {
  return item([sentence(ended.text), ...whereFrom(ended.origin)], authorLines(ended.authorship, timeZone));
}

function authorLines(authorship: Authorship | null, timeZone: string): readonly Block[] {
  if (authorship === null) return [];
  const { author, commit, at, summary, answer = {} } = authorship;
  const written = `written by ${author}, ${moment(at, timeZone)}${answerWords(answer)}`;
  return [line(`${written}, commit ${shortRevision(commit)}: ${summary}`, 'faint')];
}

function declarationLines({ declared }: WhyAnswer, timeZone: string): readonly Block[] {
  if (declared === null) return [];
  const { document, condition, origin, authorship } = declared;
  const consequence = conditions[condition];
  return [
    item(['declared', ...whereFrom(origin)], authorLines(authorship, timeZone)),
    ...(consequence === null ? [] : [item(consequence, [], 'warn')]),
    item(`institution: ${document.institution}`),
    item(`e-mail: ${document.email}`),
    item(`phone: ${document.phone}`),
    item(`state: ${document.state}`),
    ...(document.starts === null ? [] : [item(`starts: ${document.starts}`)]),
    ...(document.ends === null ? [] : [item(`ends: ${document.ends}`)]),
  ];
}

function systemSection(answer: SystemAnswer, timeZone: string): readonly Block[] {
  if ('trouble' in answer) return section(`In the ${answer.system}`, [troubleItem(answer.trouble)], 'bad');
  if ('remembered' in answer) {
    const things = answer.remembered.map((thing) => rememberedItem(thing, timeZone));
    return section(`In the ${answer.system}, as Muster last wrote or accepted it`, things);
  }
  const things = answer.things.map((thing) => thingItem(thing, timeZone));
  return section(`In the ${answer.system} (${answer.server})`, things.length === 0 ? [line('Nothing.')] : things);
}

function rememberedItem(remembered: RememberedThing, timeZone: string): Item {
  const { enabled, attributes, disabledFor, goneAt, thing } = remembered;
  const { states } = thingOf(thing);
  const disabled = disabledFor === null ? states.disabled : `${states.disabled} by Muster: ${disabledFor}`;
  const state = enabled ? states.enabled : disabled;
  const gone = goneAt === null ? [] : [line(`Found deleted on ${moment(goneAt, timeZone)}.`, 'warn')];
  return item(`${states.name}: ${state}`, [...gone, ...valueLines(attributes, timeZone)]);
}

function valueLines(attributes: Attributes, timeZone: string): readonly Block[] {
  return Object.entries(attributes).map(([name, value]) =>
    line(`${attributeName(name)}: ${attributeValue(name, value, timeZone)}`),
  );
}

const ownerships: Readonly<Record<HeldThing['ownership'], string>> = {
  ours: "Muster's",
  unmarked: "not Muster's: it was made by somebody else, and is left alone until adopted",
  foreign: "marked by somebody else, or by a mark that Muster's ledger does not know",
};

function thingItem(thing: HeldThing, timeZone: string): Item {
  const { states, innate } = thingOf(thing.address.kind);
  if (innate) return item(`${states.name}: ${thing.enabled ? states.enabled : states.disabled}`);
  const state = thing.enabled ? (thing.usable ? states.enabled : `${states.enabled}, but expired`) : states.disabled;
  return item(`${thing.address.kind} ${thing.address.key}: ${state}`, [
    line(thing.location, 'faint'),
    line(`Whose: ${ownerships[thing.ownership]}.`),
    ...(thing.protectedBecause === null ? [] : [line(`Protected: ${thing.protectedBecause}.`, 'warn')]),
    ...valueLines(thing.attributes, timeZone),
  ]);
}

function historyItem(change: PastChange, timeZone: string): Item {
  const what = `${moment(change.at, timeZone)}: ${doneWords(change.kind, change.thing)}${statuses[change.status]}`;
  const byHand = (change.byHand ?? []).flatMap((one) => handChangeLines(one, timeZone));
  return item(what, [line(`Why: ${change.cause}`, 'faint'), ...byHand], change.status === 'applied' ? 'plain' : 'warn');
}
