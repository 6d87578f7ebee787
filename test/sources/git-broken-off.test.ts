/** A Git server, reached over https, that breaks off in the middle of its answer. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import { gitSource } from '../../src/sources/git.ts';
import { fetchTrouble } from '../../src/sources/git-trouble.ts';
import { startGitHttpsServer, trustForGit } from '../support/git-https-server.ts';
import { startProxy } from '../support/tcp-proxy.ts';
import { ANNA, inWorld, MUSTER } from './git-world.ts';
import { folder } from './real-git.ts';

/** From the first byte to beyond the last of a small fetch: TLS's handshake, headers, names of branches, the pack. */
const BYTES = [0, 90, 170, 350, 480, 600, 850, 1000, 1300, 1500];

test.each(['http', 'tls'])(
  'S1: an answer that breaks off, in bytes of %s: nobody is sent to look for a wrong branch, certificate or repository',
  async (counted) => {
    await inWorld(async ({ origin, folder: home }) => {
      const newest = origin.commit([MUSTER, folder('users', ANNA)]);
      const server = await startGitHttpsServer(home, join(home, 'keys'));
      const distrust = await trustForGit(home, server.tls.caFile);
      const proxy = await startProxy({
        host: '127.0.0.1',
        port: server.port,
        ...(counted === 'http' ? { tls: server.tls } : {}),
      });
      const url = `https://127.0.0.1:${proxy.port}/origin.git`;
      const outcomes: string[] = [];
      for (const bytes of BYTES) {
        proxy.cutAfter({ from: 'server', bytes, action: 'end', once: true });
        const source = gitSource({ url, branch: 'main' }, { mirror: join(home, `mirror-${bytes}`) });
        outcomes.push(await source.snapshot().then(({ revision }) => revision, remedyOf));
        proxy.passEverything();
        expect((await source.snapshot()).revision).toBe(newest);
      }
      distrust();
      await proxy.close();
      await server.close();
      expect(outcomes.filter((outcome) => outcome !== newest && outcome !== 'retry')).toEqual([]);
      expect(outcomes).toContain('retry');
    });
  },
);

test('S1: 403 bytes that are missing are no refusal with code 403', () => {
  const said = (text: string) => fetchTrouble('here', new Error(text), 'main', null).what;
  const brokenOff =
    'error: RPC failed; curl 56 Recv failure: Connection reset by peer\nerror: 403 bytes of body are still expected';
  expect(said(brokenOff)).toContain('broke off');
  expect(said("fatal: unable to access 'https://git.example.org/x/': The requested URL returned error: 403")).toContain(
    'refused',
  );
});

function remedyOf(error: unknown): string {
  return error instanceof MusterError && error.remedy === 'retry' ? 'retry' : String(error);
}
