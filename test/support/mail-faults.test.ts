/** The judge of mails must say something wherever something is wrong. */
import type { Email } from 'postal-mime';
import { expect, test } from 'vitest';
import { faultsOfMails } from './mail-faults.ts';
import type { Received } from './mail-server.ts';

const TELLING = { recipients: ['rs@example.org'], besides: ['ops@example.org'], news: ['(anna)', '(bo)'], most: 1 };

function mail(text: string, { id = text, recipient = 'rs@example.org', raw = text } = {}): Received {
  // The judge looks at these fields alone.
  return { recipient, raw, mail: { messageId: id, subject: 'news', text } as Email };
}

const BOTH = mail('Anna (anna), Bo (bo)');

test.each([
  ['nothing, where each piece of news came once', [BOTH], []],
  ['also in two mails', [mail('Anna (anna)'), mail('Bo (bo)')], []],
  ['a mail that came again', [BOTH, BOTH], ['Anna (anna), Bo (bo) came 2 times']],
  [
    'a mail that came in two versions',
    [BOTH, { ...BOTH, raw: 'other' }],
    ['Anna (anna), Bo (bo) came 2 times', 'Anna (anna), Bo (bo) came in two versions'],
  ],
  ['news that never came', [mail('Anna (anna)')], ['rs@example.org: "(bo)" stands in 0 mails']],
  ['news that is told in two mails', [BOTH, mail('Bo (bo)')], ['rs@example.org: "(bo)" stands in 2 mails']],
  ['a mail to somebody else', [BOTH, mail('x', { recipient: 'eve@example.org' })], ['eve@example.org got "news"']],
  ['nothing of other mails to operations', [BOTH, mail('x', { recipient: 'ops@example.org' })], []],
])('%s', (_what, received, faults) => {
  expect(faultsOfMails(received, TELLING)).toEqual(faults);
});

test('a repeat is allowed where it may be', () => {
  expect(faultsOfMails([BOTH, BOTH], { ...TELLING, most: 2 })).toEqual([]);
});
