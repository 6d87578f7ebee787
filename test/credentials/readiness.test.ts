import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkCredentials, checkSecretFile } from '../../src/credentials/readiness.ts';
import { generateKey } from '../../src/credentials/seal.ts';

let folder: string;
let recipient: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-readiness-'));
  ({ recipient } = await generateKey());
});
afterEach(() => rmSync(folder, { recursive: true }));

async function outboxFinding(outbox: string) {
  const findings = await checkCredentials(outbox, [recipient]);
  return findings.find(({ check }) => check === 'outbox');
}

describe('the outbox', () => {
  test('need not be there yet', async () => {
    expect(await outboxFinding(join(folder, 'outbox'))).toMatchObject({ status: 'ok' });
  });

  test('is no file', async () => {
    writeFileSync(join(folder, 'outbox'), '');
    expect(await outboxFinding(join(folder, 'outbox'))).toMatchObject({
      status: 'fail',
      text: `${join(folder, 'outbox')} is not a folder.`,
    });
  });

  test.each([0o770, 0o707])('that others may write into (mode %o) is warned of, with the command', async (mode) => {
    const outbox = join(folder, 'outbox');
    mkdirSync(outbox);
    chmodSync(outbox, mode);
    expect(await outboxFinding(outbox)).toMatchObject({ status: 'warn', next: `Run: chmod 700 ${outbox}` });
    chmodSync(outbox, 0o755);
    expect(await outboxFinding(outbox)).toMatchObject({ status: 'ok' });
  });
});

describe('a password file', () => {
  test('that others may read is noted, and no more', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'x', { mode: 0o644 });
    expect(await checkSecretFile('password file', file)).toEqual([
      { check: 'password file', status: 'ok', text: expect.stringContaining(`chmod 600 ${file}`), next: null },
    ]);
    chmodSync(file, 0o600);
    expect((await checkSecretFile('password file', file))[0]?.text).toBe(`Only its owner may read ${file}.`);
  });

  test('that is not there is for the log-on to tell', async () => {
    expect(await checkSecretFile('password file', join(folder, 'none'))).toEqual([]);
  });
});
