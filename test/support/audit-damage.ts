/** Rows of the audit chain as no Muster writes them: every field of every kind of event left out, and put in another form, once. */
import { type AuditEvent, type AuditHead, type StoredRow, seal } from '../../src/core/audit.ts';
import { canonicalJson } from '../../src/core/change.ts';
import { NOON } from '../contracts/store-samples.ts';
import { SAMPLE_EVENTS } from './audit-samples.ts';

export interface Damage {
  /** As in `change 1: person.label left out`. */
  readonly name: string;
  /** Of what is no event any more. */
  readonly event: AuditEvent;
  /** Whether the row says less than a row of its kind must: what may be there or not is no damage. */
  readonly spoils: boolean;
}

type Path = readonly [first: string, ...more: string[]];

/** Fields whose own fields are named by whoever writes: none of them must be there. */
const OPEN: ReadonlySet<string> = new Set(['attributes', 'counts', 'durationsMs', 'detail']);

/** Fields that an event may have. */
const OPTIONAL: ReadonlySet<string> = new Set(['column', 'furtherOrigins']);

/** What stands in the place of a field; one of them may be what is there already. */
const OTHER_FORMS: readonly unknown[] = [null, 7, 'x', true, [], {}, [null], { x: null }, -1e300];

/** Paths to every field, those within fields and lists too. */
function pathsIn(value: unknown, before: readonly string[] = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, within]): readonly Path[] => {
    const path: Path = [...before, name] as unknown as Path;
    return [path, ...pathsIn(within, path)];
  });
}

/** A copy in which `change` was done to what holds the last name of the path. */
function changed(event: AuditEvent, path: Path, change: (holder: Record<string, unknown>, name: string) => void) {
  const copy = structuredClone(event) as unknown as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, copy);
  change(holder, path.at(-1) ?? '');
  return copy as unknown as AuditEvent;
}

/** Fields of lists and of lists' members stand for themselves: a list may be shorter. */
function isField(event: AuditEvent, path: Path): boolean {
  const holder = path.slice(0, -1).reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], event);
  return !Array.isArray(holder);
}

/** Every field of every sample left out, one at a time. */
export const LEFT_OUT: readonly Damage[] = SAMPLE_EVENTS.flatMap((event, nth) =>
  pathsIn(event)
    .filter((path) => path.join() !== 'kind' && isField(event, path))
    .map((path) => ({
      name: `${event.kind} ${nth}: ${path.join('.')} left out`,
      event: changed(event, path, (holder, name) => Reflect.deleteProperty(holder, name)),
      spoils: !OPEN.has(path.at(-2) ?? '') && !OPTIONAL.has(path.at(-1) ?? ''),
    })),
);

/** Every field of every sample in every other form; whether that says less depends on the field. */
export const IN_OTHER_FORMS: readonly Omit<Damage, 'spoils'>[] = SAMPLE_EVENTS.flatMap((event, nth) =>
  pathsIn(event)
    .filter((path) => path.join() !== 'kind')
    .flatMap((path) =>
      OTHER_FORMS.map((form) => ({
        name: `${event.kind} ${nth}: ${path.join('.')} as ${JSON.stringify(form)}`,
        event: changed(event, path, (holder, name) => {
          holder[name] = form;
        }),
      })),
    ),
);

/** The row after `head`, sealed as if all were well, by somebody who knows how. */
export function forgedRow(head: AuditHead, event: AuditEvent): StoredRow {
  const unsealed = {
    seq: head.seq + 1,
    at: NOON,
    kind: event.kind,
    runId: null,
    person: null,
    eventJson: canonicalJson(event),
  };
  return { ...unsealed, hash: seal(unsealed, head.hash) };
}
