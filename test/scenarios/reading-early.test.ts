/** A dry run reads the systems while it reads the repository; a pass that writes reads them after its blocks. */
import { afterEach, expect, test } from 'vitest';
import { type PassParts, pass } from '../../src/core/pass.ts';
import type { Reconciler, Session } from '../../src/core/ports.ts';
import { MusterError } from '../../src/errors.ts';
import { institution, people } from '../support/desired-state.ts';
import { makeScene, type Scene, takeOffline } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene.close());

/** What happened, in order. */
let log: string[] = [];

function logged(reconciler: Reconciler): Reconciler {
  const around = ({ reader, writer }: Session): Session => {
    const { begin } = reader;
    return {
      reader: {
        ...reader,
        ...(begin === undefined
          ? {}
          : {
              begin: (known, reach) => {
                log.push('reading begun');
                begin(known, reach);
              },
            }),
        observe: (...asked) => {
          log.push('reading asked for');
          return reader.observe(...asked);
        },
        close: () => {
          log.push('closed');
          return reader.close();
        },
      },
      writer: {
        write: (change, attempt) => {
          log.push(`${change.kind} ${change.address.key}`);
          return writer.write(change, attempt);
        },
      },
    };
  };
  return { ...reconciler, connect: async (suits) => around(await reconciler.connect(suits)) };
}

async function running(): Promise<void> {
  scene = await makeScene({ around: logged });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(['anna', 'berit']) });
  await scene.settle();
  log = [];
}

function withLoad(load: PassParts['repository']['load']): PassParts {
  const parts = scene.parts();
  return { ...parts, repository: { ...parts.repository, load } };
}

const BLOCKS = { 'blocked-users.yaml': '- user: berit\n  reason: x\n  from: 2026-06-01\n' };

test('a plan begins to read the directory before the repository has answered, and shows what a reading afterwards shows', async () => {
  await running();
  await scene.directory.disable('anna');
  const after = await pass({ ...scene.parts(), reconcilers: scene.parts().reconcilers.map(withoutBegin) }, DRY);
  log = [];
  const { load } = scene.parts().repository;
  const parts = withLoad(async () => {
    await expect.poll(() => log).toEqual(['reading begun']);
    return load();
  });
  const report = await pass(parts, DRY);
  expect(log).toEqual(['reading begun', 'reading asked for', 'closed']);
  expect(report.plan).toEqual(after.plan);
  expect(report.plan.notices.map(({ kind }) => kind)).toEqual(['disabled-by-hand']);
});

test('a pass that writes begins no reading before its blocks are sent', async () => {
  await running();
  await scene.declare(BLOCKS);
  await scene.sync();
  expect(log).toEqual(['disable berit', 'reading asked for', 'closed']);
});

test('a plan reads nothing early while it is unknown what became of a write', async () => {
  await running();
  const parts = scene.parts();
  const [intent] = await openIntents(parts);
  const journal = { ...parts.store.journal, open: async () => (intent === undefined ? [] : [intent]) };
  expect(intent).toBeDefined();
  await pass({ ...parts, store: { ...parts.store, journal } }, DRY);
  expect(log).toEqual(['reading asked for', 'closed']);
});

test('a reading that fails early is told as one that fails later', async () => {
  await running();
  const back = await takeOffline(scene.directory);
  const { plan } = await scene.plan();
  expect(plan.unread.map(({ system, remedy }) => [system, remedy])).toEqual([['directory', 'person']]);
  await back();
  expect((await scene.plan()).plan.unread).toEqual([]);
});

test('a store that fails meanwhile leaves no connection open', async () => {
  await running();
  const parts = scene.parts();
  const trouble = { remedy: 'retry', where: 'store', what: 'It is away.', next: 'Try again.' } as const;
  const memory = { ...parts.store.memory, entries: () => Promise.reject(new MusterError(trouble)) };
  await expect(pass({ ...parts, store: { ...parts.store, memory } }, DRY)).rejects.toThrow('It is away.');
  expect(log).toEqual(['reading begun', 'closed']);
});

const DRY = { trigger: 'command', dryRun: true };

function withoutBegin(reconciler: Reconciler): Reconciler {
  return {
    ...reconciler,
    connect: async (suits) => {
      const session = await reconciler.connect(suits);
      const { begin, ...reader } = session.reader;
      return { ...session, reader };
    },
  };
}

/** One write of the settled history, as if its outcome had been lost. */
async function openIntents({ store }: PassParts) {
  return (await store.journal.of('anna', 1)).map(({ intent }) => intent);
}
