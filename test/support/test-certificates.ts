/** Certificates of a throw-away authority, sound and defective, for servers on 127.0.0.1. */
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes an authority in `folder`; gives its certificate. */
export async function makeAuthority(folder: string, name = 'ca'): Promise<CertificateFiles> {
  const files = filesOf(folder, name);
  const subject = ['-subj', `/CN=Test authority ${name}`, '-days', '30'];
  await runCommand('openssl', ['req', '-x509', ...EC_KEY, ...subject, ...outputs(files)]);
  return files;
}

/** Makes a certificate signed by `authority`, for 127.0.0.1 unless `names` says otherwise; negative `days`: expired. */
export async function makeCertificate(
  folder: string,
  name: string,
  authority: CertificateFiles,
  options: { readonly names?: string; readonly days?: number } = {},
): Promise<CertificateFiles> {
  const files = filesOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${options.names ?? 'IP:127.0.0.1'}`];
  await runCommand('openssl', ['req', '-new', ...EC_KEY, ...subject, '-keyout', files.keyFile, '-out', request]);
  // `openssl x509` takes a negative number of days, `openssl req` does not.
  const signer = [
    '-CA',
    authority.certFile,
    '-CAkey',
    authority.keyFile,
    '-CAcreateserial',
    '-copy_extensions',
    'copy',
  ];
  const days = ['-days', String(options.days ?? 30)];
  await runCommand('openssl', ['x509', '-req', '-in', request, ...signer, ...days, '-out', files.certFile]);
  return files;
}

function filesOf(folder: string, name: string): CertificateFiles {
  return { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}-key.pem`) };
}

function outputs({ certFile, keyFile }: CertificateFiles): string[] {
  return ['-keyout', keyFile, '-out', certFile];
}
