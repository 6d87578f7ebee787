/** `muster doctor`: checks everything that a pass needs. */
import { loadConfig } from '../config.ts';
import { type Examination, examine } from '../core/doctor.ts';
import { troubleOf } from '../errors.ts';
import { doctorPage } from '../views/doctor.ts';
import { patientOf } from '../wiring.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';

export async function doctor(invocation: Invocation): Promise<ExitCode> {
  const examination = await examined(invocation);
  await show(invocation, examination, () => doctorPage(examination));
  return examination.findings.some(({ status }) => status === 'fail') ? 1 : 0;
}

/** Without a configuration there is nothing to examine but the configuration. */
async function examined({ configFile }: Invocation): Promise<Examination> {
  try {
    return await examine(patientOf(await loadConfig(configFile)));
  } catch (error) {
    const { where, what, next } = troubleOf(error);
    return { format: 1, findings: [{ check: 'configuration', status: 'fail', text: `${where}: ${what}`, next }] };
  }
}
