/** A whole site with a mail server: what people do in it, and the mails that come of it. */
import { onTestFinished } from 'vitest';
import { makeSite, type Ran, type SiteFolder } from '../cli/site-folder.ts';
import { type MailServer, type MailServerOptions, startMailServer } from '../support/mail-server.ts';

export const RESEARCH_SERVICE = 'rs@example.org';
export const OPERATIONS = 'ops@example.org';

export interface MailedSite extends SiteFolder {
  readonly server: MailServer;
  /** `muster sync`, and the mails that it sent, as one text each. */
  sync(): Promise<readonly string[]>;
}

export interface MailedOptions {
  readonly language?: 'da' | 'en';
  /** Lines of `notify`, set in by two. */
  readonly more?: string;
  readonly server?: MailServerOptions;
}

export async function mailedSite({
  language = 'en',
  more = '',
  server: manners,
}: MailedOptions = {}): Promise<MailedSite> {
  const server = await startMailServer(manners);
  const site = await makeSite();
  onTestFinished(async () => {
    site.remove();
    await server.close();
  });
  site.configure('limits: { always: 5 }', `limits: { always: 5 }\n${notifyText(server.port, language)}${more}`);
  let read = 0;
  return {
    ...site,
    server,
    sync: async () => {
      mustWork(await site.muster('sync'));
      const fresh = server.taken
        .slice(read)
        .map(({ recipient, mail }) => `To: ${recipient}\nSubject: ${mail.subject}\n\n${mail.text}`);
      read = server.taken.length;
      return fresh;
    },
  };
}

/** The digest comes in the last minute of the day, so that nobody meets it by chance. */
export function notifyText(port: number, language: 'da' | 'en', digest = '23:59'): string {
  return `notify:
  language: ${language}
  smtp: { host: 127.0.0.1, port: ${port}, tls: none, from: muster@example.org }
  to: { researchService: [${RESEARCH_SERVICE}], operations: [${OPERATIONS}] }
  digest: "${digest}"
  afterMinutes: 0
`;
}

function mustWork({ code, err }: Ran): void {
  if (code === 1) throw new Error(err);
}

/** The text without what differs from run to run: attempts, folders, moments, digests. */
export function steady(text: string, { folder }: Pick<SiteFolder, 'folder'>): string {
  return text
    .replaceAll(folder, '/site')
    .replaceAll(/\.[0-9a-f]{8}-[0-9a-f-]{27}\.age/g, '.ATTEMPT.age')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'DAY TIME')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY')
    .replaceAll(/approve [0-9a-f]{12}/g, 'approve DIGEST');
}
