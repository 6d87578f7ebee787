/** Open merge requests on the status page, the page of each, and their metrics, over a real store. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MergeRequestStanding, MergeRequestStandings } from '../../src/core/merge-requests.ts';
import { type OpenStore, openStore } from '../../src/store/store.ts';
import { item, line, type Page, section, snippet } from '../../src/views/page.ts';
import { type ShownStatus, showStatus } from '../support/shown-status.ts';
import { SAMPLE_NOW } from '../support/status-sample-people.ts';

const MINUTE_MS = 60_000;
const AWAY = { remedy: 'retry', where: 'gitlab', what: 'No whole answer within 30 s.', next: 'Wait.' } as const;

let shown: ShownStatus;
let store: OpenStore;
beforeEach(async () => {
  shown = await showStatus();
  store = await openStore({ sqlite: shown.sqlite }, () => SAMPLE_NOW);
});
afterEach(async () => {
  await store.close();
  await shown.close();
});

function standing(number: number, given: Partial<MergeRequestStanding> = {}): MergeRequestStanding {
  const url = `https://gitlab.example.org/research/-/merge_requests/${number}`;
  const found = { headline: '1 person loses access.', at: SAMPLE_NOW - MINUTE_MS, trouble: null };
  return { number, url, author: 'rie', how: 'plan', head: String(number).padStart(40, '0'), ...found, ...given };
}

function keep(open: readonly MergeRequestStanding[], given: Partial<MergeRequestStandings> = {}): Promise<void> {
  const answeredAt = SAMPLE_NOW - 5 * MINUTE_MS;
  return store.mergeRequests.keep({ open, at: SAMPLE_NOW, answeredAt, trouble: null, ...given });
}

async function get(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(shown.address + path);
  return { status: answer.status, text: await answer.text() };
}

/** The part of the first page that is about merge requests; null: there is none. */
async function sectionShown(): Promise<string | null> {
  const [found] = /<section class="card"><h2>Merge requests<\/h2>.*?<\/section>/s.exec((await get('/')).text) ?? [];
  return found ?? null;
}

function textIn(html: string | null): string {
  return (html ?? '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('on the first page', () => {
  test('there is no word of them where no forge was ever asked', async () => {
    expect(await sectionShown()).toBeNull();
  });

  test('each stands with whose it is and what it would do, and leads to its page once it was looked at', async () => {
    await keep([
      standing(7),
      standing(8, { how: 'validate', headline: 'No mistakes.' }),
      standing(9, { headline: null, at: null }),
      standing(10, { trouble: AWAY, author: 'bo' }),
    ]);
    const found = await sectionShown();
    expect(found).toContain('<a href="/merge-requests/7">!7</a>');
    expect(found).not.toContain('href="/merge-requests/9"');
    const text = textIn(found);
    expect(text).toContain('!7 rie 1 person loses access.');
    expect(text).toContain('No mistakes. (only its mistakes are looked for)');
    expect(text).toContain('!9 rie Not looked at yet.');
    expect(text).toContain('!10 bo No whole answer within 30 s. Wait.');
  });

  test('none is said to be open', async () => {
    await keep([]);
    expect(textIn(await sectionShown())).toContain('None is open.');
  });

  test('of many the first twenty are shown', async () => {
    await keep(Array.from({ length: 23 }, (_, nth) => standing(nth + 1)));
    const text = textIn(await sectionShown());
    expect(text).toContain('!20 rie');
    expect(text).not.toContain('!21 rie');
    expect(text).toContain('… and 3 more.');
  });

  test('a forge that is away is said, with when it last answered', async () => {
    await keep([standing(7)], { trouble: AWAY });
    const text = textIn(await sectionShown());
    expect(text).toMatch(
      /They could not be looked at \(last seen: 5 min.* ago\)\. gitlab: No whole answer within 30 s\./,
    );
    expect(text).toContain('!7 rie');
  });
});

describe('the page of one', () => {
  test('shows the whole review, and is gone with its merge request', async () => {
    const page: Page = { title: '2 people lose access.', blocks: [item('Anna Jensen: access ends'), snippet('a: 1')] };
    await keep([standing(7)]);
    await store.mergeRequests.keepPage(7, JSON.stringify(page));
    const { status, text } = await get('/merge-requests/7');
    expect(status).toBe(200);
    expect(textIn(text)).toContain('!7 2 people lose access. Anna Jensen: access ends a: 1');
    await keep([standing(8)]);
    expect((await get('/merge-requests/7')).status).toBe(404);
  });

  test.each(['0', '07', '-7', '7.0', '1e1', '9999999999', 'x', '7%00'])('%s is none', async (number) => {
    await keep([standing(7)]);
    expect((await get(`/merge-requests/${number}`)).status).toBe(404);
  });

  test('one that nobody has looked at yet says so', async () => {
    await keep([standing(7, { headline: null, at: null })]);
    const { status, text } = await get('/merge-requests/7');
    expect(status).toBe(404);
    expect(text).toContain('It is not open, or nobody has looked at it yet.');
  });
});

test('W1: text that comes from the forge or from a branch is shown and does nothing', async () => {
  const evil = `</bdi></td></table><script>alert(1)</script><img src=x onerror="alert('x')">`;
  const trouble = { ...AWAY, where: evil, what: evil, next: evil };
  await keep(
    [
      standing(7, { author: evil, headline: evil, url: 'javascript:alert(1)', head: evil }),
      standing(8, { author: evil, trouble }),
    ],
    { trouble },
  );
  const blocks = [
    line(evil, 'bad'),
    item([evil, { code: evil }], [line(evil)]),
    snippet(evil),
    ...section(evil, [line(evil)]),
    { kind: 'table', name: evil, head: [evil], rows: [[{ text: evil, tone: 'plain' }]] } as const,
  ];
  await store.mergeRequests.keepPage(7, JSON.stringify({ title: evil, blocks }));
  for (const path of ['/', '/merge-requests/7']) {
    const { text } = await get(path);
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toMatch(/<script|<img|javascript:/i);
    // No attribute was ended by it either.
    expect(text).not.toMatch(/="[^"<>]*<|\sonerror="/);
  }
});

describe('the metrics', () => {
  test('say nothing of a forge where there is none', async () => {
    expect((await get('/metrics')).text).not.toMatch(/^muster_(?:forge|merge_requests)_\S* /m);
  });

  test('count what is open by what was found, and name nobody', async () => {
    await keep([standing(7), standing(8), standing(9, { at: null }), standing(10, { trouble: AWAY })]);
    const { text } = await get('/metrics');
    expect(text).toContain('muster_forge_up 1\n');
    expect(text).toContain(`muster_forge_last_answer_timestamp_seconds ${(SAMPLE_NOW - 5 * MINUTE_MS) / 1000}\n`);
    expect(text).toContain('muster_merge_requests_open{state="reviewed"} 2\n');
    expect(text).toContain('muster_merge_requests_open{state="new"} 1\n');
    expect(text).toContain('muster_merge_requests_open{state="failed"} 1\n');
    expect(text).not.toMatch(/\brie\b|loses access/);
  });

  test('say that the forge is away, and no answer where it never gave one', async () => {
    await keep([], { trouble: AWAY, answeredAt: null });
    const { text } = await get('/metrics');
    expect(text).toContain('muster_forge_up 0\n');
    expect(text).not.toMatch(/^muster_forge_last_answer_timestamp_seconds /m);
    expect(text).toContain('muster_merge_requests_open{state="reviewed"} 0\n');
  });
});
