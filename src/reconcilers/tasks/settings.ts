/** What the configuration says of what people do by hand. */

/** Something that people look after: who has access to it is Muster's to say, and somebody's to do. */
export interface ManualSystem {
  readonly id: string;
  readonly name: string;
  /** E-mail addresses. */
  readonly maintainer: readonly string[];
  /** Sentences with placeholders: what to do when somebody gains or loses access. */
  readonly give: string;
  readonly take: string;
  readonly withinDays: number;
}

export interface TaskSettings {
  readonly systems: readonly ManualSystem[];
  readonly servers: {
    /** E-mail addresses of whoever takes the steps of each party. */
    readonly it: readonly string[];
    readonly researchService: readonly string[];
    /** Whether institutions get mails about their own steps; otherwise Research Service gets them. */
    readonly mailInstitutions: boolean;
    readonly withinDays: number;
  };
  readonly timeZone: string;
}

/** Placeholders of the sentences. */
export const TASK_PLACEHOLDERS = ['name', 'username', 'institution', 'email'] as const;
