/** Five people of two institutions, synced and approved: where most scenarios begin. */
import { expect } from 'vitest';
import { institution, people } from './desired-state.ts';
import { makeScene, type Scene, type SceneOptions } from './scene.ts';

export const CBS: readonly string[] = ['anna', 'berit', 'carl'];
export const DTU: readonly string[] = ['dora', 'emil'];

export async function makeCompany(options: SceneOptions = {}): Promise<Scene> {
  const scene = await makeScene(options);
  await scene.declare({
    ...institution('cbs', 'CBS'),
    ...institution('dtu', 'DTU'),
    ...people(CBS),
    ...people(DTU, { institution: 'dtu' }),
  });
  await scene.settle();
  expect(await scene.directory.enabled()).toEqual([...CBS, ...DTU]);
  return scene;
}
