/** The healthy installation over an embedded directory: made once, copied for each catastrophe. */
import type { Limits } from '../../src/core/limits.ts';
import type { Reconciler } from '../../src/core/ports.ts';
import type { Stored } from '../../src/reconcilers/directory/embedded/contents.ts';
import { DirectoryFile, type Put } from '../../src/reconcilers/directory/embedded/directory-file.ts';
import type { Files } from './desired-state.ts';
import { type Account, beginning, dayFrom, type Ground, type Hand, healthyFiles, texts } from './ground.ts';
import { OU } from './hand-directory.ts';
import { DAY_MS } from './reconciliation.ts';
import { makeScene, type Scene, type SceneOptions } from './scene.ts';

/** Small, so that a catastrophe needs few people. */
export const SMALL: Limits = {
  always: 3,
  disable: { people: 5, percent: 10, perDay: 8 },
  enable: { people: 5, percent: 10, perDay: 8 },
  create: { people: 5, percent: 10, perDay: 8 },
  update: { people: 8, percent: 20 },
  phone: { people: 5, percent: 10, perDay: 8 },
  due: { percent: 15 },
  block: { people: 5, perDay: 8, institutions: 1, institutionPeople: 12 },
  lift: { people: 5, perDay: 8, institutions: 1, institutionPeople: 12 },
};

export interface EmbeddedGround extends Ground {
  readonly scene: Scene;
  /** When it is healthy. */
  readonly base: number;
}

export interface GroundOptions {
  readonly limits?: Partial<Limits>;
  readonly protected?: readonly string[];
  readonly around?: (reconciler: Reconciler) => Reconciler;
}

/** A healthy installation that others are copied from; nobody works in it any more. */
export interface Template {
  readonly copy: (options?: GroundOptions) => Promise<EmbeddedGround>;
  readonly remove: () => Promise<void>;
}

/** Everything is approved while it is made, so that nothing of any day's budget is used up. */
export async function makeTemplate(source: 'folder' | 'git'): Promise<Template> {
  const nothing = { people: 0 };
  const none = { people: 0, perDay: 0, institutions: 0, institutionPeople: 0 };
  const limits = { disable: nothing, enable: nothing, create: nothing, update: nothing, phone: nothing, block: none };
  const scene = await makeScene({ source, limits });
  const base = scene.clock.now;
  const day = dayFrom(base);
  // Commits carry the real time, so only without Git can it have been three days ago.
  if (source === 'folder') scene.clock.now -= 3 * DAY_MS;
  await scene.declare(beginning(day));
  await scene.settle();
  await scene.declare(healthyFiles(day));
  await scene.settle();
  scene.clock.now = base;
  await scene.sync();
  return {
    copy: async (options = {}) => over(await copyOf(scene, source, options), base),
    remove: () => scene.close(),
  };
}

async function copyOf(scene: Scene, source: 'folder' | 'git', options: GroundOptions): Promise<Scene> {
  const sceneOptions: SceneOptions = {
    source,
    from: scene.home,
    ...options,
    limits: { ...SMALL, ...options.limits },
  };
  const copy = await makeScene(sceneOptions);
  copy.clock.now = scene.clock.now;
  return copy;
}

function over(scene: Scene, base: number): EmbeddedGround {
  const day = dayFrom(base);
  const healthy = healthyFiles(day);
  let files = healthy;
  return {
    scene,
    base,
    healthy,
    files: () => files,
    day,
    declare: (changed: Files) => {
      files = texts(changed, files);
      return scene.declare(changed);
    },
    accounts: async () => {
      const { file } = scene.directory;
      const all = [...(await new DirectoryFile(file).read()).all()];
      return new Map(all.map(({ stored: { guid, dn, values } }) => [guid, { guid, dn, values }]));
    },
    byHand: (hand) => inHands(scene, hand),
    plan: scene.plan,
    sync: scene.sync,
    approve: scene.approve,
  };
}

async function inHands(scene: Scene, hand: (account: Account, nth: number) => Hand): Promise<void> {
  await new DirectoryFile(scene.directory.file).write((contents) =>
    [...contents.all()].flatMap(({ stored }, nth): readonly Put[] => {
      const done = hand(stored, nth);
      if (done === null) return [];
      return done === 'delete' ? [{ gone: stored.guid }] : [{ put: handled(stored, done) }];
    }),
  );
}

function handled(stored: Stored, hand: Exclude<Hand, 'delete' | null>): Stored {
  if ('moveTo' in hand) return { ...stored, dn: stored.dn.replace(/,.*$/, `,${OU[hand.moveTo]}`) };
  const values: Record<string, string> = { ...stored.values };
  for (const [name, value] of Object.entries(hand.set)) {
    if (value === null) delete values[name];
    else values[name] = value;
  }
  return { ...stored, values };
}
