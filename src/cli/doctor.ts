/** `muster doctor`: checks everything that a pass needs; with `--write-probe` also what writes do, with `--mail` whether mail arrives. */
import { loadConfig } from '../config.ts';
import { examine, type Patient } from '../core/doctor.ts';
import { type Examination, failure } from '../core/finding.ts';
import { probeWrites } from '../core/operations/write-probe.ts';
import { MusterError } from '../errors.ts';
import { doctorPage } from '../views/doctor.ts';
import { patientOf } from '../wiring.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';

export interface DoctorOptions {
  readonly writeProbe?: boolean;
  /** Sends a test mail to everybody who is to be told. */
  readonly mail?: boolean;
  readonly yes?: boolean;
}

export async function doctor(invocation: Invocation, options: DoctorOptions): Promise<ExitCode> {
  const examination = await examined(invocation, options);
  await show(invocation, examination, () => doctorPage(examination));
  return examination.findings.some(({ status }) => status === 'fail') ? 1 : 0;
}

/** Without a configuration there is nothing to examine but the configuration. */
async function examined(
  invocation: Invocation,
  { writeProbe, mail = false, yes }: DoctorOptions,
): Promise<Examination> {
  let patient: Patient;
  try {
    patient = patientOf(await loadConfig(invocation.configFile));
  } catch (error) {
    return { format: 1, findings: [failure('configuration', error)] };
  }
  if (writeProbe !== true) return examine(patient, mail);
  await agreed(invocation, patient, yes === true);
  const { findings } = await examine(patient, mail);
  const probed = await probe(patient);
  return { format: 1, findings: [...findings, ...probed.findings] };
}

/** Ctrl-C ends the probe between two steps, once the throw-away account is removed. */
async function probe({ openStore, examiners }: Patient): Promise<Examination> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const store = await openStore();
    try {
      return await probeWrites(store, examiners, interrupt.signal);
    } finally {
      await store.close();
    }
  } catch (error) {
    return { format: 1, findings: [failure('write probe', error)] };
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** @throws MusterError (`person`) where nobody agrees to the writing. */
async function agreed({ terminal }: Invocation, { examiners }: Patient, yes: boolean): Promise<void> {
  const places = examiners.flatMap(({ probePlaces }) => probePlaces);
  if (yes || places.length === 0) return;
  const question = `A disabled throw-away account is made and removed again in ${places.join('; ')}. Go on?`;
  if (await terminal.confirm(question)) return;
  throw new MusterError({
    remedy: 'person',
    where: 'muster doctor --write-probe',
    what: 'Nobody agreed to it, so nothing was written.',
    next: 'Answer with yes, or run it with --yes.',
  });
}
