/** Whether mail would arrive: the texts, the way to the server, its certificate, the log-on; and, if asked, a test mail to everybody. */
import { type Finding, fail, failure, ok } from '../core/finding.ts';
import type { Instant } from '../model/document.ts';
import { addressed } from './draft.ts';
import type { NotifySettings } from './settings.ts';
import { openSmtp, type SmtpSession } from './smtp.ts';
import { SmtpFailure } from './smtp-failure.ts';
import { readTemplates, type Templates } from './templates.ts';

const CHECK = 'mail';

/** Whoever runs an examination waits for it, in milliseconds. */
const PATIENCE_MS = 30_000;

export interface MailExamination {
  readonly instance: string;
  readonly at: Instant;
  readonly newId: () => string;
  /** Whether a test mail goes to everybody. */
  readonly send: boolean;
}

/** Never throws. @param settings null: nobody is to be told anything. */
export async function examineMail(
  settings: NotifySettings | null,
  examination: MailExamination,
): Promise<readonly Finding[]> {
  if (settings === null) {
    const text = 'Nobody is told by mail: "notify" is not set.';
    return [examination.send ? fail(CHECK, text, 'Set "notify" in the configuration.') : ok(CHECK, text)];
  }
  const { host, port } = settings.smtp;
  const place = `${host}:${port}`;
  let session: SmtpSession | null = null;
  try {
    const templates = await readTemplates(settings.language, settings.templates);
    session = await openSmtp(settings.smtp, AbortSignal.timeout(PATIENCE_MS));
    return [
      ok(CHECK, `${place} answers, ${described(settings)}.`),
      ...(examination.send ? await tested(session, templates, settings, examination) : []),
    ];
  } catch (error) {
    if (!(error instanceof SmtpFailure)) return [failure(CHECK, error)];
    return [fail(CHECK, `${place}: ${error.message}`, error.next)];
  } finally {
    session?.close();
  }
}

function described({ smtp }: NotifySettings): string {
  const certificate = smtp.tls === 'none' ? 'without encryption, on this machine' : 'shows a good certificate';
  return smtp.login === null ? certificate : `${certificate}, and takes the log-on of ${smtp.login.user}`;
}

async function tested(
  session: SmtpSession,
  templates: Templates,
  { to }: NotifySettings,
  { instance, at, newId }: MailExamination,
): Promise<readonly Finding[]> {
  const draft = { topic: 'test' as const, ...templates.page('test', { instance }) };
  const findings: Finding[] = [];
  for (const mail of addressed([draft], [...to.researchService, ...to.operations], at, newId)) {
    try {
      await session.send(mail);
      findings.push(ok(CHECK, `The server took a test mail to ${mail.recipient}.`));
    } catch (error) {
      if (!(error instanceof SmtpFailure)) throw error;
      findings.push(fail(CHECK, `A test mail to ${mail.recipient} was not taken: ${error.message}`, error.next));
      if (error.obstacle === 'way') return findings;
    }
  }
  return findings;
}
