import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMoment } from '../../src/cli/moment.ts';
import { main, makeSite, type SiteFolder } from './site-folder.ts';

const ESCAPE = '\u001b';

let site: SiteFolder;

beforeAll(async () => {
  site = await makeSite();
});
afterAll(() => site.remove());

/** What appears on a real (pseudo) terminal, by script(1) of util-linux. */
function onTerminal(env: Readonly<Record<string, string>>): Promise<string> {
  const command = `${process.execPath} ${main} --config ${site.config} plan`;
  const { PATH = '' } = process.env;
  return new Promise((resolve, reject) => {
    execFile('script', ['-qec', command, '/dev/null'], { env: { PATH, TERM: 'xterm', ...env } }, (error, out) => {
      if (error === null) resolve(out);
      else reject(error);
    });
  });
}

describe('on a terminal', () => {
  test('there is colour, and progress that is wiped away before the result', async () => {
    const shown = await onTerminal({});
    expect(shown).toContain(`${ESCAPE}[32mNew accounts`);
    expect(shown).toContain('Reading the directory …');
    const lastProgress = shown.lastIndexOf(' …');
    expect(shown.indexOf(`${ESCAPE}[2K`, lastProgress)).toBeGreaterThan(lastProgress);
    expect(shown.indexOf('Plan for revision')).toBeGreaterThan(lastProgress);
  });

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('there is no colour with %j', async (env) => {
    const shown = await onTerminal(env);
    expect(shown).toContain('New accounts');
    expect(shown).not.toContain(`${ESCAPE}[3`);
    expect(shown).not.toContain(`${ESCAPE}[1m`);
  });
});

describe('moments', () => {
  const zone = 'Europe/Copenhagen';
  const now = Date.UTC(2026, 1, 20, 12);

  test.each([
    ['45m', '2026-02-20T12:45:00.000Z'],
    ['4h', '2026-02-20T16:00:00.000Z'],
    ['3d', '2026-02-23T12:00:00.000Z'],
    ['2026-03-01', '2026-03-01T23:00:00.000Z'],
    ['2026-03-01T14:00', '2026-03-01T13:00:00.000Z'],
    // The day on which the clocks go forward, and the one on which they go back.
    ['2026-03-29T14:00', '2026-03-29T12:00:00.000Z'],
    ['2026-03-29T01:30', '2026-03-29T00:30:00.000Z'],
    ['2026-10-25T14:00', '2026-10-25T13:00:00.000Z'],
    ['2026-10-25', '2026-10-25T23:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(new Date(readMoment(text, zone, now)).toISOString()).toBe(expected);
  });

  test.each(['tomorrow', '0h', '31-12-2026', '2026-02-30', '2026-03-01T25:00', '2026-02-20T12:59'])(
    '%s is refused',
    (text) => {
      expect(() => readMoment(text, zone, now)).toThrow('--until');
    },
  );
});
