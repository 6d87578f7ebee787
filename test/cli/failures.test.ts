import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call, main, makeSite, run, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;

beforeEach(async () => {
  site = await makeSite();
});
afterEach(() => site.remove());

describe('a wrong configuration', () => {
  test('is told with all its problems, and gives 1', async () => {
    site.configure('mode: enforce', 'mode: enforced');
    site.configure('upnSuffix', 'upnSufix');
    const { code, out, err } = await site.muster('plan');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('muster.yaml:2: mode: "enforced" is not possible here.');
    expect(err).toContain('directory.embedded.accounts.upnSufix: No such setting. Did you mean "upnSuffix"?');
  });

  test('is what doctor finds first', async () => {
    site.configure('mode: enforce', 'mode: enforced');
    const { code, out } = await site.muster('doctor');
    expect(code).toBe(1);
    expect(out).toContain('FAIL configuration:');
  });

  test('is a list in doctor, as it is in plan', async () => {
    site.configure('mode: enforce', 'mode: enforced');
    site.configure('upnSuffix', 'upnSufix');
    const { out } = await site.muster('doctor');
    expect(out).not.toContain('\\u{');
    expect(out).toMatch(/^ {2}\S*muster\.yaml:2: mode: "enforced" is not possible here\./m);
    expect(out).toMatch(/^ {2}\S*muster\.yaml:\d+: directory\.embedded\.accounts\.upnSufix: No such setting\./m);
  });

  test('that is a folder is no configuration', async () => {
    const { code, err } = await call(['--config', site.folder, 'plan']);
    expect(code).toBe(1);
    expect(err).toContain(`${site.folder}: This is a folder, and the configuration is a file.`);
    const here = await run([main, '--config', '.', 'plan'], site.folder);
    expect(here.err).toContain(`${site.folder}: This is a folder`);
  });

  test('that is missing is named', async () => {
    const { code, err } = await run([main, 'plan'], site.folder);
    expect(code).toBe(1);
    expect(err).toContain('config/muster.yaml: There is no configuration here.');
  });

  test('may be named by MUSTER_CONFIG', async () => {
    const { code } = await call(['validate'], { MUSTER_CONFIG: site.config });
    expect(code).toBe(0);
  });
});

describe('a directory that can not be read', () => {
  test('gives 1, names the server, and does not claim that all is well', async () => {
    rmSync(join(site.folder, 'directory.json'));
    const { code, out } = await site.muster('plan');
    expect(code).toBe(1);
    expect(out).toContain('directory.json');
    expect(out).toContain('There is no such file.');
    expect(out).toContain(`> ${join(site.folder, 'directory.json')}`);
    expect(out).not.toContain('Nothing to do');
    expect(out.split('There is no such file.')).toHaveLength(2);
    const examined = await site.muster('doctor');
    expect(examined.code).toBe(1);
    expect(examined.out).toMatch(/FAIL .*directory\.json/);
    expect(examined.out).toContain('ok   repository');
  }, 30_000);
});

describe('a store that can not be opened', () => {
  test('gives 1 and says what to do', async () => {
    site.configure('muster.db', 'nowhere/muster.db');
    const { code, out, err } = await site.muster('sync');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('nowhere');
    expect(err.trim().split('\n').length).toBeGreaterThan(1);
  });
});

describe('output that can not be written', () => {
  test('gives one clear error and no trace of the code', async () => {
    const { code, err } = await run(['-e', onFullDisk], site.folder, {
      MUSTER: main,
      MUSTER_CONFIG: site.config,
      NODE: process.execPath,
    });
    expect(code).toBe(1);
    expect(err).toContain('The disk is full, so not all of it was written.');
    expect(err).not.toContain('    at ');
  }, 30_000);
});

/** Runs a plan with /dev/full as its standard output. */
const onFullDisk = `
const { NODE, MUSTER } = process.env;
const out = fs.openSync('/dev/full', 'w');
const { status } = child_process.spawnSync(NODE, [MUSTER, 'plan', '-f', 'json'], { stdio: ['ignore', out, 'inherit'] });
process.exit(status);
`;

describe('wrong arguments', () => {
  test.each([
    [['blok', 'ajensen'], 'Did you mean block?'],
    [['pause'], "required option '-r, --reason <text>' not specified"],
    [['approve', 'all', '-r', 'new term'], 'at least 8 of 0-9 and a-f'],
    [['plan', '--fromat', 'json'], 'Did you mean --format?'],
    [['plan', '--format', 'xml'], 'text, markdown, json'],
  ])('%j', async (args, message) => {
    const { code, out, err } = await site.muster(...args);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(message);
  });

  test('help is no failure', async () => {
    const { code, out, err } = await site.muster('plan', '--help');
    expect(code).toBe(0);
    expect(out).toContain('--exit-code');
    expect(err).toBe('');
  });
});
