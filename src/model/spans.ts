/** Stretches of time in which something may be had, from a moment on: what is left of them, and what differs. */
import type { Instant } from './document.ts';
import type { Restriction } from './restrictions.ts';

/** Half-open; `to` may be infinity. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** In order, apart from one another, none of them empty. */
export type Spans = readonly Span[];

/** What these restrictions leave from a moment on. */
export function leftBy(restrictions: readonly Pick<Restriction, 'from' | 'to'>[], at: Instant): Spans {
  let left: Spans = [{ from: at, to: Number.POSITIVE_INFINITY }];
  for (const { from, to } of restrictions) {
    left = minus(left, { from: from ?? Number.NEGATIVE_INFINITY, to: to ?? Number.POSITIVE_INFINITY });
  }
  return left;
}

/** What is in the first and not in the second. */
export function beyond(all: Spans, without: Spans): Spans {
  return without.reduce(minus, all);
}

/** What is in both. */
export function within(some: Spans, others: Spans): Spans {
  return some.flatMap((a) =>
    others.flatMap((b) => {
      const span = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
      return span.from < span.to ? [span] : [];
    }),
  );
}

function minus(all: Spans, hole: Span): Spans {
  if (hole.from >= hole.to) return all;
  return all.flatMap((span) =>
    [
      { from: span.from, to: Math.min(span.to, hole.from) },
      { from: Math.max(span.from, hole.to), to: span.to },
    ].filter(({ from, to }) => from < to),
  );
}
