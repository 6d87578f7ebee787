/** The proxy itself, in front of a real domain controller: it loses, cuts, resets, stalls and slices what it is told to. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addUsers, highestCommittedUsn, valuesOf } from '../support/directory-contents.ts';
import { isLdapWrite } from '../support/ldap-messages.ts';
import { CommandError, runCommand } from '../support/run-command.ts';
import { missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe.skipIf(missingForSamba().length > 0)('a proxy in front of a domain controller', () => {
  let dc: SambaDc;
  let proxy: TcpProxy;
  const dn = () => `CN=proxied,${dc.researchersOu}`;
  const mobile = async () => (await valuesOf(dc, dn(), 'mobile'))[0];
  const write = (value: string) =>
    runCommand(
      'ldapmodify',
      ['-x', '-H', `ldaps://${proxy.host}:${proxy.port}`, '-D', dc.musterUser, '-w', dc.musterPassword],
      { input: setMobile(dn(), value), env: { LDAPTLS_CACERT: dc.caFile, LDAPTLS_REQCERT: 'demand' } },
    );

  beforeAll(async () => {
    dc = await startSamba();
    await addUsers(dc, [{ name: 'proxied', attributes: { mobile: '+4520000000' } }]);
  });
  afterAll(async () => {
    await dc?.stop();
  });

  describe.each(['bytes', 'LDAP messages'])('that sees %s', (sees) => {
    beforeAll(async () => {
      proxy = await startProxy({ host: dc.address, port: 636, ...(sees === 'bytes' ? {} : { ldaps: dc }) });
    });
    afterAll(async () => {
      await proxy?.close();
    });

    test('passes everything when told nothing, with the controller’s own certificate', async () => {
      await write('+4520000001');
      expect(await mobile()).toBe('+4520000001');
      expect(proxy.accepted).toBe(1);
      await expect.poll(() => proxy.connections).toBe(0);
    });

    test('cuts at any byte', async () => {
      proxy.cutAfter({ from: 'server', bytes: 10, action: 'reset' });
      await expect(write('+4520000002')).rejects.toThrow(CommandError);
      proxy.cutAfter({ from: 'client', bytes: 0, action: 'end' });
      await expect(write('+4520000002')).rejects.toThrow(CommandError);
      proxy.passEverything();
      expect(await mobile()).not.toBe('+4520000002');
    });

    test('swallows all answers and resets', async () => {
      proxy.dropResponses(1);
      await expect(write('+4520000003')).rejects.toThrow(CommandError);
      proxy.passEverything();
      await write('+4520000004');
      expect(await mobile()).toBe('+4520000004');
    });

    test('loses one answer and resets that connection only', async () => {
      const lost = proxy.lostAnswers;
      proxy.loseAnswer({ resetAfterMs: 1 });
      await expect(write('+4520000010')).rejects.toThrow(CommandError);
      expect(proxy.lostAnswers).toBe(lost + 1);
      await write('+4520000011');
      expect(await mobile()).toBe('+4520000011');
    });

    test('stalls without closing', async () => {
      const asked: number[] = [];
      proxy.onClientData = (piece) => {
        asked.push(piece.index);
        return 'stall';
      };
      const writing = write('+4520000005').catch((error: unknown) => error);
      await expect.poll(() => asked).toEqual([0]);
      expect(proxy.connections).toBe(1);
      proxy.resetConnections();
      expect(await writing).toBeInstanceOf(CommandError);
      proxy.passEverything();
    });
  });

  test('slices: whoever reads gets one byte at a time, in order', async () => {
    const chunks: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (chunk: Buffer) => chunks.push(chunk.toString())).on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A listening TCP server has an address of this kind.
    const { port } = server.address() as AddressInfo;
    proxy = await startProxy({ host: '127.0.0.1', port });
    proxy.slices = true;
    const client = connect(proxy.port, proxy.host);
    client.write('one at a time');
    client.write(', in order');
    await expect.poll(() => chunks.join('')).toBe('one at a time, in order');
    expect(chunks.length).toBeGreaterThan(20);
    expect(proxy.passed).toEqual({ client: 23, server: 0 });
    client.destroy();
    await proxy.close();
    server.close();
  });

  test('cuts once: the connection after the one that was cut is well', async () => {
    proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc });
    proxy.cutAfter({ from: 'server', bytes: 3, action: 'end', once: true });
    await expect(write('+4520000012')).rejects.toThrow(CommandError);
    expect([proxy.struck, proxy.passed.server]).toEqual([1, 3]);
    await write('+4520000013');
    expect(await mobile()).toBe('+4520000013');
    await proxy.close();
  });

  test('loses the answer to exactly one write, which is nonetheless done', async () => {
    proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc });
    proxy.loseAnswer({ request: 2, of: (piece) => piece.ldap !== undefined && isLdapWrite(piece.ldap) });
    await write('+4520000006');
    const before = await highestCommittedUsn(dc);
    await expect(write('+4520000007')).rejects.toThrow();
    expect(proxy.lostAnswers).toBe(1);
    expect(await mobile()).toBe('+4520000007');
    expect(await highestCommittedUsn(dc)).toBe(before + 1);
    await write('+4520000008');
    await proxy.close();
  });

  test('stops exactly one write before it reaches the controller', async () => {
    proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc });
    proxy.onClientData = ({ ldap }) => (ldap?.operation === 'modify' ? 'reset' : 'pass');
    const before = await highestCommittedUsn(dc);
    await expect(write('+4520000009')).rejects.toThrow();
    expect(await highestCommittedUsn(dc)).toBe(before);
    await proxy.close();
  });
});

function setMobile(dn: string, value: string): string {
  return `dn: ${dn}\nchangetype: modify\nreplace: mobile\nmobile: ${value}\n`;
}
