/** What goes into the container image: all that goes into a package, and from what the image is built of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../script/command.ts';

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
// Its own list, as npm documents it.
const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
/** Of no use in a container. */
const NOT_IN_IMAGE = ['CHANGELOG.md', 'config/muster.service', 'docs/operating.md'];
/** Made while the image is built. */
const BUILT = ['dist', 'node_modules'];

/** Paths that the last stage of the Dockerfile takes from the one that builds. */
const copied = [...read('Dockerfile').matchAll(/^COPY --from=build (.*) \S+$/gm)].flatMap(([, paths = '']) =>
  paths.split(' ').map((path) => path.replace('/build/', '')),
);
/** Paths that may be sent to whoever builds the image. */
const sent = [...read('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, path = '']) => path);

test('the image has everything that the package has', () => {
  expect(files.filter((file) => !copied.includes(file) && !NOT_IN_IMAGE.includes(file))).toEqual([]);
});

test('whoever builds the image is sent all that goes into it', () => {
  expect(copied.filter((path) => !sent.includes(path) && !BUILT.includes(path))).toEqual([]);
});
