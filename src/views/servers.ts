/** Hosted servers: where each stands, who is next, how long it waits. */
import type { ServerStanding } from '../core/server-standing.ts';
import type { ServerStep } from '../model/document.ts';
import type { Party } from '../model/hosted-server.ts';
import { type Block, item, line, type Page, section } from './page.ts';
import { count } from './words.ts';

const DONE_WORDS: Readonly<Record<ServerStep | 'requested', string>> = {
  requested: 'requested',
  agreed: 'configuration agreed',
  signed: 'contract signed',
  received: 'equipment and licences received',
  installed: 'installed',
  moved: 'data moved',
  informed: 'Research Service informed',
  billed: 'institution billed',
};

const PARTY_WORDS: Readonly<Record<Party, string>> = {
  institution: 'the institution',
  it: 'IT',
  'research-service': 'Research Service',
};

export function serversPage(servers: readonly ServerStanding[]): Page {
  const none = [line('No hosted server is known. Those under servers/ are, once a pass has read them.')];
  return { title: 'Hosted servers', blocks: servers.length === 0 ? none : serverBlocks(servers) };
}

/** Those that are late, those that wait, those with nothing left to do. */
export function serverBlocks(servers: readonly ServerStanding[]): readonly Block[] {
  const late = servers.filter(({ next }) => (next?.lateDays ?? 0) > 0);
  const waiting = servers.filter(({ next }) => next?.lateDays === 0);
  const over = servers.filter(({ next }) => next === null);
  return [
    ...section(`Late (${late.length})`, late.map(serverItem), 'bad'),
    ...section(`Under way (${waiting.length})`, waiting.map(serverItem)),
    ...section(`Nothing left to do (${over.length})`, over.map(serverItem), 'faint'),
  ];
}

function serverItem(server: ServerStanding): Block {
  const { id, name, institution, last, next, waitsDays, cancelled, file } = server;
  const said = `${DONE_WORDS[last.step]} on ${last.day}`;
  const heading = [`${name} (`, { code: id }, `), ${institution}`];
  if (next === null)
    return item(heading, [line(cancelled === null ? said : `given up on ${cancelled}; ${said}`, 'faint')]);
  const who = next.responsible.map((party) => PARTY_WORDS[party]).join(' and ');
  const due = next.dueOn === null ? '' : `, due by ${next.dueOn}`;
  const late = next.lateDays === 0 ? '' : `, ${count(next.lateDays, 'day', 'days')} late`;
  const task =
    next.task === null ? [] : [line(['task ', { code: next.task }, '; its day goes into ', { code: file }], 'faint')];
  return item(heading, [
    line(`${said}; waits ${count(waitsDays, 'day', 'days')}`),
    line(`next: ${DONE_WORDS[next.step]} (${who})${due}${late}`, late === '' ? 'plain' : 'warn'),
    ...task,
  ]);
}
