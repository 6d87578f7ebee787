/** Every channel of one person side by side, and whether they are out; what still lets them in, and what goes on although they are. */
import type { PersonShutOut } from '../core/reading-shut-outs.ts';
import type { Channel, Found, Outstanding, Remaining, ServerAnswer, ShutOut } from '../core/shut-out.ts';
import type { Instant } from '../model/document.ts';
import { type Block, type Cell, cell, item, line, nextStep, section, type Table } from './page.ts';
import type { Tone } from './style.ts';
import { count, moment, sentence } from './words.ts';

const FOUND: Readonly<Record<Found, string>> = { open: 'open', shut: 'shut', unknown: 'not known' };

/**
 * Nothing where Muster looks after nothing.
 * @param told systems of which it is said elsewhere what is still to be done
 */
export function shutOutSections(shutOut: ShutOut, timeZone: string, told: ReadonlySet<string>): readonly Block[] {
  const { channels, outstanding } = shutOut;
  if (channels.length === 0) return [];
  const readAt = momentsIn(channels);
  return section('Channels', [
    ...verdictLines(shutOut, timeZone),
    tableOf(channels, readAt.length > 1, timeZone),
    ...(readAt.length === 1 ? readAt.map((at) => line(`As last read at ${moment(at, timeZone)}.`, 'faint')) : []),
    ...outstandingBlocks(outstanding.filter(({ system }) => !told.has(system))),
    ...remainingBlocks(shutOut, timeZone),
  ]);
}

function outstandingBlocks(outstanding: readonly Outstanding[]): readonly Block[] {
  return section('Still to be done', outstanding.map(outstandingItem), 'bad');
}

function remainingBlocks({ remains }: ShutOut, timeZone: string): readonly Block[] {
  const items = remains.map((one) => remainingItem(one, timeZone));
  return section('Goes on although it is shut', items, 'warn');
}

/** What a block came to, as it was read back afterwards; nothing where nobody is shut out by it. */
export function readBackSections(people: readonly PersonShutOut[], timeZone: string): readonly Block[] {
  const [only] = people;
  if (only === undefined) return [];
  const title = 'Read back from every server';
  if (people.length === 1) {
    const { shutOut, label } = only;
    const details = [...outstandingBlocks(shutOut.outstanding), ...remainingBlocks(shutOut, timeZone)];
    return section(title, [line(`${label}:`), ...verdictLines(shutOut, timeZone), ...details]);
  }
  const waiting = people.filter(({ shutOut }) => shutOut.verdict !== 'blocked');
  const out = people.length - waiting.length;
  const told = `${out} of ${count(people.length, 'person is', 'people are')} blocked in every channel.`;
  return section(title, [
    line(told, waiting.length === 0 ? 'good' : 'bad'),
    ...waiting.map(({ label, shutOut }) => item(label, verdictLines(shutOut, timeZone))),
  ]);
}

/** The verdict alone, of a person who is or should be shut out. */
export function verdictLines({ verdict, channels, outstanding }: ShutOut, timeZone: string): readonly Block[] {
  const shut = channels.filter(({ should }) => should === 'shut');
  switch (verdict) {
    case 'undeclared':
      return [line('Nobody declares this person, so nothing says whether they should be shut out.', 'warn')];
    case 'not-blocked':
      if (shut.length === 0) return [line('Not blocked.')];
      return [line(`Not blocked, but for this, which was read as shut: ${namesOf(shut)}.`)];
    case 'blocked': {
      const servers = [...new Set(shut.flatMap(({ answers }) => answers.map(({ server }) => server)))];
      const since = Math.min(...momentsIn(shut));
      const read = `as last read ${Number.isFinite(since) ? `at ${moment(since, timeZone)} ` : ''}on ${servers.join(', ')}`;
      return [line(`Blocked in every channel (${namesOf(shut)}), ${read}.`, 'good')];
    }
    case 'being-blocked':
      return [line(`NOT blocked yet: ${outstanding.map(stillOpen).join('; ')}.`, 'bad')];
  }
}

function stillOpen({ name, server, found, what }: Outstanding): string {
  return found === 'open' ? `${name} is open on ${server} (${what})` : `${name} was not read on ${server}`;
}

function namesOf(channels: readonly Channel[]): string {
  return channels.map(({ name }) => name).join(', ');
}

function momentsIn(channels: readonly Channel[]): readonly Instant[] {
  return [...new Set(channels.flatMap(({ answers }) => answers.flatMap(({ at }) => at ?? [])))];
}

function tableOf(channels: readonly Channel[], each: boolean, timeZone: string): Table {
  return {
    kind: 'table',
    name: 'Channels',
    head: ['channel', 'should be', 'is', 'shut since', ...(each ? ['read at'] : []), 'server'],
    rows: channels.flatMap((channel) =>
      channel.answers.map((answer) => [
        cell(channel.name),
        cell(FOUND[channel.should]),
        isCell(channel, answer),
        cell(orDash(answer.shutSince, timeZone)),
        ...(each ? [cell(orDash(answer.at, timeZone))] : []),
        cell(answer.server),
      ]),
    ),
  };
}

/** The word says it; the tone only repeats it. */
function isCell({ should }: Channel, { found, what }: ServerAnswer): Cell {
  const tone: Tone = found === 'unknown' ? 'warn' : should !== 'unknown' && found !== should ? 'bad' : 'plain';
  return cell(found === 'unknown' ? FOUND.unknown : `${FOUND[found]} (${what})`, tone);
}

function orDash(at: Instant | null, timeZone: string): string {
  return at === null ? '–' : moment(at, timeZone);
}

function outstandingItem({ name, server, found, what, next }: Outstanding): Block {
  const state = found === 'open' ? `still open (${what})` : `not known: ${what}`;
  return item(`${sentence(name)}, ${server}: ${state}`, nextStep(next));
}

function remainingItem({ text, until, from, uncounted }: Remaining, timeZone: string): Block {
  if (until === null || from === null) {
    const since = uncounted.length === 0 ? '' : '; when they were shut out is not known';
    return item(`${sentence(text)}${since}.`);
  }
  const leftOut = uncounted.length === 0 ? '' : `; when ${uncounted.join(', ')} took it is not known`;
  return item(`${sentence(text)}: for this person until ${moment(until, timeZone)}${leftOut}.`);
}
