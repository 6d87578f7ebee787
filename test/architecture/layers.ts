/** Who may import whom, and which file or folder each npm package belongs to: the tables behind the import rule. */

/** A part of src: one file, or a folder with everything below it that is no part of its own. */
export interface Layer {
  readonly name: string;
  /** Matches paths from the root of the project. */
  readonly covers: RegExp;
  /** Names of the layers that it may import besides itself. */
  readonly imports: readonly string[];
}

const GROUND = ['diagnostic', 'errors'];
const CORE = ['core', 'model', ...GROUND];

/** The first layer that covers a path is its layer; a path that none covers is a mistake. */
export const LAYERS: readonly Layer[] = [
  { name: 'diagnostic', covers: /^src\/diagnostic\.ts$/, imports: [] },
  { name: 'errors', covers: /^src\/errors\.ts$/, imports: [] },
  { name: 'secret', covers: /^src\/secret\.ts$/, imports: GROUND },
  { name: 'log level', covers: /^src\/log-level\.ts$/, imports: [] },
  { name: 'own files', covers: /^src\/own-files\.ts$/, imports: [] },
  { name: 'loopback', covers: /^src\/loopback\.ts$/, imports: [] },
  { name: 'server url', covers: /^src\/server-url\.ts$/, imports: ['loopback'] },
  // How a request goes out; what is asked, and how a failure is told, is the adapter's or the forge's.
  { name: 'exchange', covers: /^src\/exchange\.ts$/, imports: [] },
  { name: 'model', covers: /^src\/model\//, imports: GROUND },
  { name: 'core', covers: /^src\/core\//, imports: ['model', ...GROUND] },
  { name: 'sources', covers: /^src\/sources\//, imports: [...CORE, 'own files'] },
  { name: 'credentials', covers: /^src\/credentials\//, imports: [...CORE, 'secret'] },
  { name: 'store', covers: /^src\/store\//, imports: [...CORE, 'sources'] },
  // Every adapter says itself which settings it takes; that file is no way to the adapter.
  {
    name: 'adapter settings',
    covers: /^src\/reconcilers\/[^/]+\/[^/]+\/settings\.ts$/,
    imports: ['model', 'server url', ...GROUND],
  },
  // What keeps its things in one file or map lets writes take turns, whichever concern it is of.
  { name: 'edit queue', covers: /^src\/reconcilers\/edit-queue\.ts$/, imports: [] },
  {
    name: 'adapter',
    covers: /^src\/reconcilers\/[^/]+\/[^/]+\//,
    imports: ['adapter settings', 'edit queue', 'exchange', 'reconciler', ...CORE, 'secret'],
  },
  {
    name: 'reconciler',
    covers: /^src\/reconcilers\/[^/]+\/[^/]+\.ts$/,
    imports: ['edit queue', ...CORE, 'credentials', 'secret'],
  },
  // A forge is told what to show, and asked who said what: of plans and people it knows nothing.
  { name: 'forge port', covers: /^src\/forges\/[^/]+\.ts$/, imports: ['model', ...GROUND] },
  { name: 'forge settings', covers: /^src\/forges\/[^/]+\/settings\.ts$/, imports: ['server url'] },
  {
    name: 'forge',
    covers: /^src\/forges\/[^/]+\//,
    imports: ['forge settings', 'forge port', 'exchange', 'secret', ...GROUND],
  },
  // As with adapters: what the configuration says of notifications is no way to them.
  { name: 'notify settings', covers: /^src\/notify\/settings\.ts$/, imports: [] },
  {
    name: 'notify',
    covers: /^src\/notify\//,
    imports: ['notify settings', 'views', 'log', 'own files', 'secret', ...CORE],
  },
  {
    name: 'config',
    covers: /^src\/config(\.ts$|\/)/,
    imports: [
      ...CORE,
      'sources',
      'credentials',
      'reconciler',
      'adapter settings',
      'notify settings',
      'forge settings',
      'log level',
      'loopback',
      'secret',
    ],
  },
  { name: 'log', covers: /^src\/log\.ts$/, imports: ['log level', ...GROUND, 'secret'] },
  { name: 'daemon', covers: /^src\/daemon\//, imports: [...CORE, 'forge port', 'log', 'secret'] },
  { name: 'views', covers: /^src\/views\//, imports: CORE },
  // In a thread of its own it has nothing of the rest but what the store remembers and what the loop's pulse says.
  {
    name: 'http',
    covers: /^src\/http\//,
    imports: ['views', 'store', 'daemon', 'log', 'log level', 'loopback', 'own files', 'secret', ...CORE],
  },
  {
    name: 'wiring',
    covers: /^src\/wiring(\.ts$|\/)/,
    imports: [
      'adapter',
      'reconciler',
      'adapter settings',
      'sources',
      'store',
      'credentials',
      'config',
      'daemon',
      'forge',
      'forge port',
      'forge settings',
      'notify',
      'notify settings',
      'log',
      'log level',
      'secret',
      ...CORE,
    ],
  },
  {
    name: 'cli',
    covers: /^src\/cli\//,
    imports: [
      'views',
      'wiring',
      'config',
      'daemon',
      'http',
      'notify',
      'log',
      'log level',
      'own files',
      'credentials',
      'secret',
      ...CORE,
    ],
  },
  { name: 'main', covers: /^src\/main\.ts$/, imports: ['cli', 'wiring', 'log', 'log level', ...GROUND] },
];

/** npm package to the one file, or folder (with a slash at its end), that imports it. zod alone is everywhere at the edges. */
export const PACKAGES: Readonly<Record<string, string>> = {
  'age-encryption': 'src/credentials/seal.ts',
  'better-sqlite3': 'src/store/',
  chokidar: 'src/daemon/watch.ts',
  commander: 'src/cli/',
  fastify: 'src/http/server.ts',
  'fastest-levenshtein': 'src/model/nearest.ts',
  kysely: 'src/store/',
  ldapts: 'src/reconcilers/directory/active-directory/',
  'libphonenumber-js': 'src/model/phone.ts',
  'node-cron': 'src/daemon/schedule.ts',
  nodemailer: 'src/notify/smtp.ts',
  pino: 'src/log.ts',
  'prom-client': 'src/http/metrics.ts',
  'simple-git': 'src/sources/git-runners/here.ts',
  'temporal-polyfill': 'src/model/day.ts',
  yaml: 'src/sources/',
};

export const PACKAGES_AT_EVERY_EDGE: readonly string[] = ['zod'];

export function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ covers }) => covers.test(path));
}

/** `kysely` for `kysely/migration`, `@scope/name` for what is below it. */
export function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
