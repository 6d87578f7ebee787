/** Who answers for a commit or a revision, in words that go on from what was said of it. */
import type { Answerable } from '../core/approval/answers.ts';

/** As in `, signed by Rita Service, approved by Otto Operator`; empty where nobody had to answer. */
export function answerWords({ signedBy = [], approvedBy = [] }: Partial<Answerable>): string {
  return words('signed by', signedBy) + words('approved by', approvedBy);
}

function words(what: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `, ${what} ${names.join(' and ')}`;
}
