/** A mail as it is worded, before it is known to whom it goes. */
import type { Mail, MailTopic } from '../core/mails.ts';
import type { Instant } from '../model/document.ts';

export interface Draft {
  readonly topic: MailTopic;
  readonly subject: string;
  readonly text: string;
}

/** One mail for each address: a server that refuses one of several is no reason to send to the others twice. */
export function addressed(
  drafts: readonly Draft[],
  recipients: readonly string[],
  at: Instant,
  newId: () => string,
): readonly Mail[] {
  const distinct = [...new Set(recipients)];
  return drafts.flatMap((draft) => distinct.map((recipient) => ({ id: newId(), recipient, at, ...draft })));
}
