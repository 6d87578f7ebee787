/** The write probe before servers that do what no domain controller should: each fault is named, and nothing stays behind. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import { MusterError } from '../../../src/errors.ts';
import type { DirectoryProbe, Probed, Swap } from '../../../src/reconcilers/directory/examiner-port.ts';
import { isProbe, probeName, probePrefix } from '../../../src/reconcilers/directory/probe-mark.ts';
import { probeUnits, type WriteProbeSettings } from '../../../src/reconcilers/directory/write-probe.ts';
import { Secret } from '../../../src/secret.ts';

const UNIT = 'OU=CBS,DC=example,DC=org';
const MARK = 'adminDescription';
const STRONG = 'k7Tfn-4cMxd-Rw9ph-2sHvj';

type Fault =
  | 'takes stale writes'
  | 'carries out half'
  | 'leaves a refused account'
  | 'takes weak passwords'
  | 'forgets the mark'
  | 'refuses fresh writes'
  | 'loses the GUID on rename'
  | 'keeps what is removed'
  | 'may not rename'
  | 'loses the connection';

type Values = Record<string, string | null>;

class Server implements DirectoryProbe {
  readonly server = 'ldaps://dc.example.org';
  readonly accounts = new Map<string, { dn: string; values: Values }>();
  readonly steps: string[] = [];
  onStep: (step: string) => void = () => undefined;
  readonly #faults: ReadonlySet<Fault>;

  constructor(...faults: readonly Fault[]) {
    this.#faults = new Set(faults);
  }

  async read(guid: string): Promise<Probed | null> {
    const account = this.accounts.get(guid);
    return account === undefined ? null : { guid, dn: account.dn, values: { ...account.values } };
  }

  async marked(prefix: string): Promise<readonly Probed[]> {
    const all = await Promise.all([...this.accounts.keys()].map((guid) => this.read(guid)));
    return all.filter((one) => one !== null).filter(({ values }) => values[MARK]?.startsWith(prefix));
  }

  async create(account: Parameters<DirectoryProbe['create']>[0]): Promise<Probed | null> {
    this.#step('create');
    const guid = `guid-${this.accounts.size}-${this.steps.length}`;
    const weak = account.password.reveal().length < 8 && !this.#faults.has('takes weak passwords');
    if (weak && !this.#faults.has('leaves a refused account')) return null;
    const values = { sAMAccountName: account.username, userAccountControl: '514', accountExpires: '0' };
    const mark = this.#faults.has('forgets the mark') && !weak ? null : account.mark;
    this.accounts.set(guid, { dn: account.dn, values: { ...values, [MARK]: mark } });
    return weak ? null : await this.read(guid);
  }

  async swap(guid: string, swaps: readonly Swap[]): Promise<boolean> {
    this.#step(`swap ${swaps.map(({ attribute }) => attribute).join('+')}`);
    const values = this.accounts.get(guid)?.values;
    if (values === undefined || this.#faults.has('refuses fresh writes')) return false;
    for (const { attribute, from, to } of swaps) {
      const stands = (values[attribute] ?? null) === from;
      if (!stands && !this.#faults.has('takes stale writes')) return false;
      if (stands && this.#faults.has('carries out half')) values[attribute] = to;
    }
    for (const { attribute, to } of swaps) values[attribute] = to;
    return true;
  }

  async resetPassword(): Promise<void> {
    this.#step('reset');
  }

  async rename({ guid, dn }: Probed, name: string): Promise<void> {
    this.#step('rename');
    if (this.#faults.has('may not rename')) throw refused('renaming the probe');
    const account = this.accounts.get(guid);
    if (account === undefined) return;
    account.dn = dn.replace(/^CN=[^,]+/, `CN=${name}`);
    if (!this.#faults.has('loses the GUID on rename')) return;
    this.accounts.delete(guid);
    this.accounts.set(`${guid}-renamed`, account);
  }

  async remove(guid: string): Promise<void> {
    this.#step('remove');
    if (!this.#faults.has('keeps what is removed')) this.accounts.delete(guid);
  }

  #step(step: string): void {
    this.steps.push(step);
    this.onStep(step);
    if (step === 'reset' && this.#faults.has('loses the connection')) {
      throw new MusterError({
        remedy: 'retry',
        where: this.server,
        what: 'Gone.',
        next: 'Try again.',
        silence: 'cut-off',
      });
    }
  }
}

function refused(step: string): MusterError {
  return new MusterError({ remedy: 'person', where: `dc, ${step}`, what: 'No right.', next: 'Give it.' });
}

let ids = 0;

function settings(units: readonly string[] = [UNIT]): WriteProbeSettings {
  return {
    instance: 'demo',
    units,
    markAttribute: MARK,
    upnSuffix: 'example.org',
    sample: { company: 'Probe', mobile: '+4520123456', pager: null },
    newPassword: () => new Secret(STRONG),
    newId: () => {
      ids += 1;
      return `abcde${String(ids).padStart(2, '0')}`;
    },
  };
}

function run(server: Server, signal = new AbortController().signal): Promise<readonly Finding[]> {
  return probeUnits(server, settings(), signal);
}

const bad = (findings: readonly Finding[]) => findings.filter(({ status }) => status !== 'ok').map(({ text }) => text);

describe('a server as it should be', () => {
  test('is proven in every unit, and holds nothing afterwards', async () => {
    const server = new Server();
    const findings = await probeUnits(server, settings([UNIT, 'OU=DTU,DC=example,DC=org']), AbortSignal.any([]));
    expect(bad(findings)).toEqual([]);
    expect(findings).toHaveLength(2);
    expect(server.accounts.size).toBe(0);
  });

  test('never has an enabled probe', async () => {
    const server = new Server();
    const flags: (string | null | undefined)[] = [];
    server.onStep = () => {
      for (const { values } of server.accounts.values()) flags.push(values.userAccountControl);
    };
    await run(server);
    expect(flags.length).toBeGreaterThan(10);
    expect(flags.filter((one) => (Number(one) & 2) === 0)).toEqual([]);
  });

  test('that gives no right to rename is as good: Muster never renames', async () => {
    expect(bad(await run(new Server('may not rename')))).toEqual([]);
  });
});

describe('a server that', () => {
  test.for<readonly [Fault, RegExp]>([
    ['takes stale writes', /takes a write of userAccountControl over a value that has changed/],
    ['carries out half', /refuses a write and carries part of it out/],
    ['leaves a refused account', /whose password is refused leaves an account/],
    ['takes weak passwords', /takes a password of one character/],
    ['refuses fresh writes', /names the value as it stands is refused/],
    ['loses the GUID on rename', /the GUID no longer leads to the account/],
    ['keeps what is removed', /was removed and is still there/],
    ['loses the connection', /Gone\./],
  ])('%s is found out', async ([fault, words]) => {
    const server = new Server(fault);
    const texts = bad(await run(server));
    expect(texts.some((text) => words.test(text))).toBe(true);
    const left = [...server.accounts.keys()].filter((guid) => !guid.endsWith('-renamed'));
    if (fault !== 'keeps what is removed') expect(left).toEqual([]);
  });

  test('forgets the mark is told so', async () => {
    const server = new Server('forgets the mark');
    expect(bad(await run(server)).join()).toContain('does not come back as it was written');
  });
});

describe('an interrupted probe', () => {
  test('ends between two steps and removes its account', async () => {
    const server = new Server();
    const interrupt = new AbortController();
    server.onStep = (step) => {
      if (step === 'swap mobile') interrupt.abort();
    };
    expect(bad(await run(server, interrupt.signal))).toEqual(['Interrupted; nothing is left behind.']);
    expect(server.steps).not.toContain('reset');
    expect(server.accounts.size).toBe(0);
  });

  test('that was killed is cleared up, and nobody else is touched', async () => {
    const server = new Server();
    const mark = `${probePrefix('demo')}x`;
    const left = { sAMAccountName: probeName('gone123'), userAccountControl: '514', [MARK]: mark };
    server.accounts.set('left', { dn: `CN=left,${UNIT}`, values: left });
    const others: readonly Values[] = [
      { ...left, sAMAccountName: 'anna' },
      { ...left, userAccountControl: '512' },
      { ...left, [MARK]: 'muster:demo:anna:attempt' },
      { ...left, [MARK]: `${probePrefix('other')}x` },
    ];
    for (const [nth, values] of others.entries()) server.accounts.set(`other-${nth}`, { dn: UNIT, values });
    const findings = await run(server);
    expect(findings[0]?.text).toContain('left by an interrupted probe, was removed');
    expect([...server.accounts.keys()]).toEqual(['other-0', 'other-1', 'other-2', 'other-3']);
  });
});

test('a throw-away account is one by its mark, its name and its being disabled, all three', () => {
  const probe = { sAMAccountName: probeName('abcdefgh'), userAccountControl: '514', [MARK]: `${probePrefix('demo')}x` };
  expect(probe.sAMAccountName).toHaveLength(20);
  expect(isProbe(probe, MARK)).toBe(true);
  expect(isProbe({ ...probe, userAccountControl: '512' }, MARK)).toBe(false);
  expect(isProbe({ ...probe, userAccountControl: null }, MARK)).toBe(false);
  expect(isProbe({ ...probe, sAMAccountName: 'anna' }, MARK)).toBe(false);
  expect(isProbe({ ...probe, [MARK]: 'muster:demo:anna:1' }, MARK)).toBe(false);
  expect(isProbe({ ...probe, [MARK]: null }, MARK)).toBe(false);
});
