/** Provisions the Active Directory domain that every test controller is a copy of, once a machine. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { excludingOthers } from './loopback-address.ts';
import { runCommand } from './run-command.ts';
import { makeTestDirectory, testRoot } from './test-directory.ts';

const TEMPLATE_SCRIPT = join(import.meta.dirname, 'samba-template.py');
/** samba-tool and the Samba modules belong to Debian's Python, not to one that comes first on the path. */
export const PYTHON = '/usr/bin/python3';
export const SAMBA = '/usr/sbin/samba';

export const REALM = 'EXAMPLE.ORG';
export const BASE_DN = 'DC=example,DC=org';
export const RESEARCHERS_OU = `OU=Researchers,${BASE_DN}`;
const OUS = [RESEARCHERS_OU, `OU=CBS,${RESEARCHERS_OU}`, `OU=DTU,${RESEARCHERS_OU}`, `OU=Elsewhere,${BASE_DN}`];
export const DC_HOST_NAME = 'dc1.example.org';
export const ADMIN_PASSWORD = 'Adm1n-of-the-test-domain';
export const MUSTER_PASSWORD = 'Must3r-of-the-test-domain';

/** A cached template must not grow invalid under a test that sets the clock. */
const CERTIFICATE_DAYS = '3650';
const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** What must be on the machine, and the Debian package that brings it. */
const NEEDED: readonly (readonly [path: string, debianPackage: string])[] = [
  [SAMBA, 'samba'],
  ['/usr/bin/samba-tool', 'samba-common-bin'],
  ['/usr/share/samba/setup/provision.ldif', 'samba-ad-provision'],
  [`/usr/lib/${multiarch()}/samba/ldb/samba_dsdb.so`, 'samba-dsdb-modules'],
  [`/usr/lib/${multiarch()}/samba/vfs/acl_xattr.so`, 'samba-vfs-modules'],
  ['/usr/lib/python3/dist-packages/samba/samdb.py', 'python3-samba'],
  ['/usr/bin/ldapsearch', 'ldap-utils'],
  ['/usr/bin/openssl', 'openssl'],
];

/** The Debian packages and privileges that a test domain controller lacks here; empty when it can be started. */
export function missingForSamba(): string[] {
  const missing = NEEDED.filter(([path]) => !existsSync(path)).map(([, debianPackage]) => debianPackage);
  if (process.getuid?.() !== 0) missing.push('root privileges (a domain controller listens on port 389 and 636)');
  return missing;
}

/**
 * The directory of the provisioned template: `private/` and `state/` (databases), `tls/` (the test CA and
 * Diffie-Hellman parameters). Made under a lock the first time (several seconds), found there afterwards. Its name
 * covers everything it is made from, so a changed recipe or another Samba gets a template of its own.
 */
export async function sambaTemplate(): Promise<string> {
  const finished = join(testRoot(), `samba-template-${templateVersion()}`);
  if (existsSync(finished)) return finished;
  return await excludingOthers(async () => {
    if (existsSync(finished)) return finished;
    const building = await makeTestDirectory('building');
    try {
      await provision(building.path);
      await makeAuthority(join(building.path, 'tls'));
      await rename(building.path, finished);
    } finally {
      await building.remove();
    }
    return finished;
  });
}

/** Writes `cert.pem` and `key.pem` for a controller at this loopback address, signed by the template's CA. */
export async function makeServerCertificate(template: string, address: string, directory: string): Promise<void> {
  const authority = ['-CA', join(template, 'tls/ca.pem'), '-CAkey', join(template, 'tls/ca-key.pem')];
  const subject = ['-subj', `/CN=${DC_HOST_NAME}`, '-addext', `subjectAltName=IP:${address},DNS:${DC_HOST_NAME}`];
  const kind = ['-days', CERTIFICATE_DAYS, '-addext', 'basicConstraints=CA:FALSE'];
  // Samba refuses a key that others may read; openssl writes it with mode 0600.
  const files = ['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'cert.pem')];
  await runCommand('openssl', ['req', '-x509', ...EC_KEY, ...authority, ...subject, ...kind, ...files]);
}

async function provision(directory: string): Promise<void> {
  await runCommand('/usr/bin/samba-tool', [
    ...['domain', 'provision', '--configfile=/dev/null', `--targetdir=${directory}`, '--server-role=dc'],
    ...['--dns-backend=NONE', '--use-rfc2307', `--realm=${REALM}`, '--domain=EXAMPLE', `--adminpass=${ADMIN_PASSWORD}`],
    ...[`--host-name=${DC_HOST_NAME.split('.')[0]}`, '--host-ip=127.0.0.2'],
  ]);
  const settings = join(directory, 'etc/smb.conf');
  await runCommand(PYTHON, [TEMPLATE_SCRIPT, settings, 'muster', MUSTER_PASSWORD, ...OUS]);
}

async function makeAuthority(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  const files = ['-keyout', join(directory, 'ca-key.pem'), '-out', join(directory, 'ca.pem')];
  const subject = ['-subj', '/CN=Muster test authority', '-days', CERTIFICATE_DAYS];
  await runCommand('openssl', ['req', '-x509', ...EC_KEY, ...subject, ...files]);
  // Without such a file Samba searches for a prime at every start, which takes one to five seconds. RFC 7919 has some.
  const parameters = ['genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048'];
  await writeFile(join(directory, 'dh.pem'), await runCommand('openssl', parameters));
}

function templateVersion(): string {
  const samba = statSync(SAMBA);
  const recipe = [import.meta.filename, TEMPLATE_SCRIPT].map((file) => readFileSync(file, 'utf8'));
  return createHash('sha256')
    .update(JSON.stringify([samba.size, samba.mtimeMs, ...recipe]))
    .digest('hex')
    .slice(0, 12);
}

function multiarch(): string {
  return process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
}
