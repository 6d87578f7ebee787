/** Certificates of a throw-away authority, sound and defective, for servers on 127.0.0.1. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const DAY_MS = 86_400_000;

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateOptions {
  /** subjectAltName; 127.0.0.1 by default, `''` for none. */
  readonly names?: string;
  /** Days from now until it ends; negative: expired. */
  readonly days?: number;
  /** Days from now until it begins to be valid. */
  readonly startsInDays?: number;
  /** Bits of an RSA key; an elliptic curve by default. */
  readonly rsaBits?: number;
  readonly digest?: 'sha1' | 'sha256';
  /** Further extensions, as in `extendedKeyUsage=clientAuth`. */
  readonly extensions?: readonly string[];
}

/** Makes an authority in `folder`; gives its certificate. */
export async function makeAuthority(folder: string, name = 'ca'): Promise<CertificateFiles> {
  const files = filesOf(folder, name);
  const subject = ['-subj', `/CN=Test authority ${name}`, '-days', '30'];
  await runCommand('openssl', ['req', '-x509', ...EC_KEY, ...subject, ...outputs(files)]);
  return files;
}

/** Makes a certificate for a server that is signed by `authority`. */
export async function makeCertificate(
  folder: string,
  name: string,
  authority: CertificateFiles,
  options: CertificateOptions = {},
): Promise<CertificateFiles> {
  const files = filesOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const { names = 'IP:127.0.0.1', rsaBits, extensions = [], digest = 'sha256' } = options;
  const key = rsaBits === undefined ? EC_KEY : ['-newkey', `rsa:${rsaBits}`, '-nodes'];
  const wanted = [...(names === '' ? [] : [`subjectAltName=${names}`]), ...extensions];
  const subject = ['-subj', `/CN=${name}`, ...wanted.flatMap((extension) => ['-addext', extension])];
  await runCommand('openssl', ['req', '-new', ...key, ...subject, '-keyout', files.keyFile, '-out', request]);
  const { startsInDays = 0, days = 30 } = options;
  // Of the ways that openssl has, only its small authority takes a first day of validity, and only from a file.
  const config = join(folder, `${name}.cnf`);
  await writeFile(join(folder, `${name}.db`), '');
  await writeFile(config, authorityConfig(folder, name, digest));
  const signer = ['-cert', authority.certFile, '-keyfile', authority.keyFile, '-notext', '-batch'];
  // Well before now, so that one that is expired was valid once.
  const dates = [
    '-startdate',
    timeText(startsInDays > 0 ? startsInDays : -1000),
    '-enddate',
    timeText(startsInDays + days),
  ];
  await runCommand('openssl', ['ca', '-config', config, ...signer, ...dates, '-in', request, '-out', files.certFile]);
  return files;
}

/** A certificate that vouches for itself. */
export async function makeSelfSigned(folder: string, name: string): Promise<CertificateFiles> {
  const files = filesOf(folder, name);
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '30'];
  await runCommand('openssl', ['req', '-x509', ...EC_KEY, ...subject, ...outputs(files)]);
  return files;
}

function authorityConfig(folder: string, name: string, digest: string): string {
  return [
    '[ca]',
    'default_ca = here',
    '[here]',
    `database = ${join(folder, `${name}.db`)}`,
    `new_certs_dir = ${folder}`,
    `default_md = ${digest}`,
    'policy = any',
    'copy_extensions = copy',
    'unique_subject = no',
    'rand_serial = yes',
    '[any]',
    'commonName = supplied',
    '',
  ].join('\n');
}

/** `20261121191347Z`, so many days from now. */
function timeText(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
}

function filesOf(folder: string, name: string): CertificateFiles {
  return { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}-key.pem`) };
}

function outputs({ certFile, keyFile }: CertificateFiles): string[] {
  return ['-keyout', keyFile, '-out', certFile];
}
