/** What the configuration says of notifications. */

/** Those in which Muster brings texts. */
export const LANGUAGES = ['da', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** `starttls`: in clear until the server has shown its certificate, and never further without. `none`: to this machine alone. */
export type SmtpTls = 'starttls' | 'implicit' | 'none';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: SmtpTls;
  /** Address of the sender, in the envelope as well. */
  readonly from: string;
  /** Who logs in; null: nobody needs to. */
  readonly login: { readonly user: string; readonly passwordFile: string } | null;
  /** Authority in PEM, in place of those that the system knows. */
  readonly caFile: string | null;
}

export interface NotifySettings {
  readonly language: Language;
  readonly smtp: SmtpSettings;
  readonly to: { readonly researchService: readonly string[]; readonly operations: readonly string[] };
  /** `HH:MM` on the clock of the configured time zone. */
  readonly digest: string;
  readonly afterMinutes: number;
  /** Days after which Research Service is reminded of somebody who is closed. */
  readonly closedAfterDays: number;
  /** Folder of a site's own texts; null: Muster's alone. */
  readonly templates: string | null;
}

/** How people are told of what they do by hand. */
export interface TaskTelling {
  /** Days between two reminders, the first of which comes once the due day is over. */
  readonly remindEveryDays: number;
  /** Days after the due day until operations hear of it. */
  readonly escalateAfterDays: number;
  /** More new tasks than this for the same people at once come as one list. */
  readonly mailsAtOnce: number;
}
