/** What `doctor` found: one line for each check, and what to do about it. */
import type { Examination, Finding } from '../core/finding.ts';
import { type Block, item, line, nextStep, type Page } from './page.ts';
import type { Tone } from './style.ts';

const marks: Readonly<Record<Finding['status'], { readonly word: string; readonly tone: Tone }>> = {
  ok: { word: 'ok  ', tone: 'good' },
  warn: { word: 'warn', tone: 'warn' },
  fail: { word: 'FAIL', tone: 'bad' },
};

export function doctorPage({ findings }: Examination): Page {
  const bad = findings.filter(({ status }) => status === 'fail').length;
  const summary = bad === 0 ? line('Nothing stands in the way.', 'good') : line(`To mend: ${bad}.`, 'bad');
  return { title: 'Doctor', blocks: [...findings.map(findingItem), summary] };
}

function findingItem({ check, status, text, next }: Finding): Block {
  const { word, tone } = marks[status];
  // Further lines are a list, as of all that is wrong in a configuration.
  const [sentence = '', ...listed] = text.split('\n');
  return item(
    `${word} ${check}: ${sentence}`,
    [...listed.map((one) => line(one.trim())), ...(next === null ? [] : nextStep(next))],
    tone,
  );
}
