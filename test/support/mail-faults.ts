/** What is wrong with the mails that came of a sync, however often it was ended in the middle. */
import type { Received } from './mail-server.ts';

export interface Telling {
  readonly recipients: readonly string[];
  /** Who may hear of other things; nobody else gets any mail. */
  readonly besides: readonly string[];
  /** Texts of which every recipient has to read each in one mail, and in no other. */
  readonly news: readonly string[];
  /** How often one mail may come. */
  readonly most: number;
}

/** In words; empty: nothing. */
export function faultsOfMails(received: readonly Received[], telling: Telling): readonly string[] {
  const { recipients, besides, news, most } = telling;
  const faults: string[] = [];
  const byName = Map.groupBy(received, ({ mail }) => mail.messageId ?? '');
  for (const [name, same] of byName) {
    if (same.length > most) faults.push(`${name} came ${same.length} times`);
    if (new Set(same.map(({ raw }) => raw)).size > 1) faults.push(`${name} came in two versions`);
  }
  const strangers = received.filter(({ recipient }) => ![...recipients, ...besides].includes(recipient));
  faults.push(...strangers.map(({ recipient, mail }) => `${recipient} got "${mail.subject}"`));
  const different = [...byName.values()].flatMap(([first]) => first ?? []);
  for (const recipient of recipients) {
    for (const text of news) {
      const holding = different.filter((one) => one.recipient === recipient && one.mail.text?.includes(text) === true);
      if (holding.length !== 1) faults.push(`${recipient}: "${text}" stands in ${holding.length} mails`);
    }
  }
  return faults;
}
