/** What is said of speed is what was measured: the documents quote the recorded figures, and misses are told as such. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chartOf } from './chart.ts';
import { wishFrom } from './command-line.ts';
import { FIGURES_FILE, recorded } from './record.ts';
import type { BenchReport, Result, ScalePoint } from './result.ts';
import { median, medianOfEach } from './statistics.ts';
import { goalText, stepsText, verdictText } from './words.ts';
import { ROOT } from './workshop.ts';

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** A figure of these medians, in seconds. */
function figure(muster: number, floor: number, goal: Result['goal']): Result {
  return {
    key: 'x',
    title: 'example',
    unit: 's',
    muster: { what: 'muster', median: muster, runs: [muster] },
    floor: { what: 'floor', median: floor, runs: [floor] },
    goal,
    steps: { load: 900, 'start and end': 0.4, observe: 1200 },
  };
}

function point(users: number): ScalePoint {
  const ms = users / 10;
  const time = { floorMs: ms, coldMs: 6 * ms, warmMs: 2 * ms, nothingMs: ms / 10, tenMs: ms / 9 };
  return { users, ...time, coldMb: 500, warmMb: 400, residentMb: 300 };
}

describe('the recorded run', () => {
  // Written by `script/bench --record` in this form.
  const report = JSON.parse(textOf(FIGURES_FILE)) as BenchReport;

  test.each([...recorded(report, textOf)])('is what %s says (if not: script/bench --record)', (file, text) => {
    expect(textOf(file)).toBe(text);
  });

  test('has every goal of (a) to (l), each with what it was measured by', () => {
    const letters = new Set(report.results.map(({ key }) => key[0]));
    expect([...letters].toSorted()).toEqual([...'abcdefghijkl']);
    expect(report.results.filter(({ muster }) => muster.runs.length === 0)).toEqual([]);
  });

  test('tells nothing of where the machine stands', () => {
    expect(textOf(FIGURES_FILE)).not.toMatch(/"[^"]*\/(home|root|tmp|work|usr)\//);
  });
});

describe('a goal', () => {
  test.each([
    [figure(5.9, 1, { kind: 'ratio', value: 6 }), 'met (5.90)'],
    [figure(6.6, 1, { kind: 'ratio', value: 6 }), 'missed by 10 % (6.60)'],
    [figure(18, 1, { kind: 'ratio', value: 6 }), 'missed by a factor of 3.00 (18.0)'],
    [figure(0.2, 0.1, { kind: 'limit', value: 0.3 }), 'met (0.2 s)'],
    [figure(0.36, 0.1, { kind: 'limit', value: 0.3 }), 'missed by 20 % (0.36 s)'],
    [figure(1, 600, { kind: 'times', value: 500 }), 'met (600 times)'],
    [figure(1, 100, { kind: 'times', value: 500 }), 'missed by a factor of 5.00 (100 times)'],
  ])('is told to be met or missed, and by how much (%#)', (result, verdict) => {
    expect(verdictText(result)).toBe(verdict);
  });

  test('that is missed by next to nothing is not told to be missed by 0 %', () => {
    expect(verdictText(figure(6.001, 1, { kind: 'ratio', value: 6 }))).toBe('missed by 1 % (6.00)');
  });

  test('is told in words', () => {
    expect(goalText({ kind: 'times', value: 500 }, 'ms')).toBe('at least 500 times less');
    expect(goalText({ kind: 'limit', value: 900 }, 'MB')).toBe('at most 900 MB');
  });

  test('comes with the steps that take longest, the longest first', () => {
    expect(stepsText(figure(1, 1, { kind: 'ratio', value: 6 }))).toBe('observe 1200 ms, load 900 ms');
  });
});

describe('several runs', () => {
  test('come to their middle', () => {
    expect([median([3]), median([9, 1, 2]), median([4, 1, 3, 2])]).toEqual([3, 2, 2.5]);
  });

  test('of steps come to the middle of each, where a step that was not there took nothing', () => {
    expect(medianOfEach([{ a: 1 }, { a: 3, b: 8 }, { a: 2, b: 4 }])).toEqual({ a: 2, b: 4 });
  });
});

describe('the chart', () => {
  const svg = chartOf([point(1_000), point(10_000), point(100_000)]);

  test('draws every line through every number of people, one decade apart', () => {
    const lines = [...svg.matchAll(/<polyline class="line" points="([^"]*)"/g)].map(([, points = '']) =>
      points.split(' ').map((pair) => Number(pair.split(',')[0])),
    );
    expect(lines.length).toBe(8);
    for (const [first = 0, second = 0, third = 0] of lines) expect(third - second).toBeCloseTo(second - first, 0);
  });

  test('says in words what it shows, and has colours for dark pages', () => {
    expect(svg).toContain('100,000 people: cold plan 60.0 s, warm plan 20.0 s, floor 10.0 s');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toMatch(/<svg [^>]*role="img"/);
  });
});

describe('script/bench', () => {
  test('refuses a figure that there is not, and a record of half a run', () => {
    expect(() => wishFrom(['--only', 'a,z'], ['a', 'b'])).toThrow('There is no figure "z"; there are a, b.');
    expect(() => wishFrom(['--record', '--quick'], ['a'])).toThrow('--record quotes whole runs alone');
    expect(wishFrom(['--only', 'a, b', '--users', '20000'], ['a', 'b'])).toMatchObject({
      only: ['a', 'b'],
      users: 20_000,
    });
  });
});
