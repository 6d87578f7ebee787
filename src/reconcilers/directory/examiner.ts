/** The examination of a directory: facts about its servers become findings in plain words. */
import type { Examiner, Finding } from '../../core/finding.ts';
import { fail, guarded, ok, warn } from '../../core/finding.ts';
import type { CertificateFacts, DirectoryExaminer, LoginFacts, SampleFacts, ServerFacts } from './examiner-port.ts';
import { DIRECTORY } from './projection.ts';
import { probeUnits, type WriteProbeSettings } from './write-probe.ts';

const DAY_MS = 24 * 3_600_000;
/** Time to get a new certificate signed, a holiday included. */
const CERTIFICATE_WARN_DAYS = 30;
/** Time to agree on a moment for a new password. */
const PASSWORD_WARN_DAYS = 14;
/** Writing this is only needed for `credentials reissue`. */
const NEEDED_FOR_REISSUE: ReadonlySet<string> = new Set(['pwdLastSet']);
const RIGHTS = 'Give Muster’s account the rights named in docs/operating.md on that unit and below.';

export function directoryExaminer(examiner: DirectoryExaminer, settings: WriteProbeSettings): Examiner {
  return {
    system: DIRECTORY,
    examine: (at) =>
      guarded(DIRECTORY, async () => (await examiner.servers()).flatMap((facts) => serverFindings(facts, at))),
    probePlaces: settings.units,
    probe: (signal) => guarded('write probe', () => examiner.onProbe((probe) => probeUnits(probe, settings, signal))),
  };
}

/** One server: its certificate, then who we are there, then what we may do. */
export function serverFindings({ server, certificate, login, units }: ServerFacts, at: number): readonly Finding[] {
  return [
    ...('what' in certificate
      ? [fail(server, certificate.what, certificate.next)]
      : [certificateFinding(server, certificate, at)]),
    ...(login === null ? [] : loginFindings(server, login, at)),
    ...(login === null ? [] : rightsFindings(server, units)),
  ];
}

function certificateFinding(
  server: string,
  { names, issuer, notAfter, distrust }: CertificateFacts,
  at: number,
): Finding {
  const days = Math.floor((notAfter - at) / DAY_MS);
  const until = new Date(notAfter).toISOString().slice(0, 10);
  const which = `Its certificate, for ${names.join(', ') || 'no name at all'}, issued by ${issuer},`;
  if (notAfter <= at) return fail(server, `${which} expired on ${until}.`, 'Renew the certificate on the server.');
  if (distrust !== null) {
    const next = 'Compare "caFile" and the URL in the configuration with the certificate; renew it where it is wrong.';
    return fail(server, `${which} is not trusted: ${distrust}`, next);
  }
  const text = `${which} is good until ${until} (${days} ${days === 1 ? 'day' : 'days'}).`;
  return days < CERTIFICATE_WARN_DAYS ? warn(server, text, 'Renew it on the server in time.') : ok(server, text);
}

function loginFindings(server: string, { dn, passwordExpires, powerful }: LoginFacts, at: number): readonly Finding[] {
  const who = dn === null ? 'Muster’s account' : `Muster’s account (${dn})`;
  const findings: Finding[] = [];
  if (powerful.length > 0) {
    const text = `${who} is in ${powerful.join(', ')}: that is more than Muster needs, and whoever takes it over has it all.`;
    findings.push(warn(server, text, 'Take it out, and give it the rights named in docs/operating.md instead.'));
  }
  if (passwordExpires === null) return findings;
  const next = 'Set a new one in the directory and in the password file, or let it not expire.';
  if (passwordExpires <= at) {
    const text = passwordExpires === 0 ? 'must be changed before it can be used again' : 'has expired';
    return [...findings, fail(server, `The password of ${who} ${text}.`, next)];
  }
  const days = Math.floor((passwordExpires - at) / DAY_MS);
  const day = new Date(passwordExpires).toISOString().slice(0, 10);
  const text = `The password of ${who} expires on ${day} (${days} ${days === 1 ? 'day' : 'days'}).`;
  return [...findings, days < PASSWORD_WARN_DAYS ? warn(server, text, next) : ok(server, text)];
}

function rightsFindings(server: string, units: ServerFacts['units']): readonly Finding[] {
  if (units === null) {
    const text = 'The server does not say which rights a log-on has.';
    return [warn(server, text, 'Run "muster doctor --write-probe", which tries them.')];
  }
  const wrong = units.flatMap(({ unit, mayCreate, samples }) => [
    ...(mayCreate === false ? [fail(server, `No user may be made in ${unit}.`, RIGHTS)] : []),
    ...unitFindings(server, unit, samples),
  ]);
  const seen = units.reduce((sum, { samples }) => sum + samples.length, 0);
  if (wrong.length > 0) return wrong;
  const where = units.length === 1 ? '1 unit' : `${units.length} units`;
  if (seen > 0) return [ok(server, `All rights are there on ${where}, by ${seen} accounts that were looked at.`)];
  const text = `On ${where}, accounts may be made where they should be; none is there yet to see what may be written.`;
  return [ok(server, `${text} "muster doctor --write-probe" tries it.`)];
}

/** What is missing on a unit, once for all accounts that lack the same. */
function unitFindings(server: string, unit: string, samples: readonly SampleFacts[]): readonly Finding[] {
  const findings: Finding[] = [];
  const lacking = (pick: (sample: SampleFacts) => readonly string[]) =>
    Map.groupBy(
      samples.filter((sample) => pick(sample).length > 0),
      (sample) => pick(sample).join(', '),
    );
  for (const [names, [first]] of lacking(({ hidden }) => hidden)) {
    findings.push(fail(server, `Muster may not read ${names} in ${unit} (seen on ${first?.dn}).`, RIGHTS));
  }
  for (const [names, [first]] of lacking(({ readOnly }) => readOnly)) {
    const text = `Muster may not write ${names} in ${unit} (seen on ${first?.dn}).`;
    const minor = names.split(', ').every((name) => NEEDED_FOR_REISSUE.has(name));
    findings.push(minor ? warn(server, text, RIGHTS) : fail(server, text, RIGHTS));
  }
  return findings;
}
