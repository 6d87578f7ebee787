/** Examining a privacyIDEA: its certificate, our log-on and rights, and what it shows of tokens. */
import { type Examiner, type Finding, guarded, ok, warn } from '../../../core/finding.ts';
import { fold } from '../../../model/document.ts';
import { TOKENS } from '../projection.ts';
import { lookAround } from './adapter.ts';
import type { StoredToken } from './answers.ts';
import { type Client, openClient } from './client.ts';
import { listAll } from './listing.ts';
import { type PrivacyideaInput, type PrivacyideaSettings, privacyideaSchema } from './settings.ts';

const DAY_MS = 24 * 3_600_000;
/** Time to have a certificate renewed without haste. */
const CERTIFICATE_DAYS_MIN = 21;

/** What `lookAround` can't see: whether they are there shows when they are first needed. */
const FURTHER_RIGHTS = ['enable', 'disable', 'set_tokeninfo'] as const;

export function privacyideaExaminer(input: PrivacyideaInput): Examiner {
  const settings = privacyideaSchema.parse(input);
  return {
    system: TOKENS,
    examine: (at) => guarded(TOKENS, () => examine(settings, at)),
    probePlaces: [],
    unproven: 'Nothing is proven here: a throw-away token can’t be made without somebody to whom it belongs.',
    probe: () => Promise.resolve([]),
  };
}

async function examine(settings: PrivacyideaSettings, at: number): Promise<readonly Finding[]> {
  const client = await openClient(settings, { quietUntil: 0 });
  try {
    await lookAround(client);
    const until = performance.now() + settings.timeouts.readSeconds * 1000;
    const tokens = await listAll({ client, realm: settings.realm, until });
    return [
      ...certificateFindings(client, at),
      ...rightsFindings(client),
      ...tokenFindings(tokens, client.server, settings.realm),
    ];
  } finally {
    client.close();
  }
}

function certificateFindings({ server, certificateUntil }: Client, at: number): readonly Finding[] {
  const until = certificateUntil();
  if (until === null) return [];
  const days = Math.floor((until - at) / DAY_MS);
  const text = `Its certificate is trusted and ends in ${days} days.`;
  return [days < CERTIFICATE_DAYS_MIN ? warn(server, text, 'Have it renewed.') : ok(server, text)];
}

function rightsFindings({ server, rights }: Client): readonly Finding[] {
  const granted = rights();
  const taken = 'Takes our log-on, which may make SMS tokens';
  if (granted === null) return [ok(server, `${taken}; the further rights of an API token show when they are needed.`)];
  const lacking = FURTHER_RIGHTS.filter((right) => !granted.includes(right));
  if (lacking.length === 0) return [ok(server, `${taken}, list them, change their numbers, and switch them.`)];
  const next = 'Grant what is missing in a policy of scope admin there.';
  return [warn(server, `${taken}, but lacks ${lacking.join(', ')}.`, next)];
}

function tokenFindings(tokens: readonly StoredToken[], server: string, realm: string): readonly Finding[] {
  if (tokens.length === 0) {
    const text = `Shows no SMS token in the realm ${realm}.`;
    return [
      warn(server, text, 'Where there should be some, check the right tokenlist and "tokens.privacyidea.realm".'),
    ];
  }
  const usable = tokens.filter(({ revoked, locked }) => !revoked && !locked);
  const orphans = usable.filter(({ user_realm: one }) => fold(one) !== fold(realm)).length;
  const hidden = usable.filter(({ info }) => (info.phone ?? '') === '').length;
  const of = (count: number) => (count === 1 ? '1 of them' : `${count} of them`);
  return [
    ok(server, `Shows ${tokens.length === 1 ? '1 SMS token' : `${tokens.length} SMS tokens`} in the realm ${realm}.`),
    ...(orphans === 0
      ? []
      : [
          warn(
            server,
            `For ${of(orphans)} it can name nobody.`,
            'Look whose they are, and whether its resolver still finds those people.',
          ),
        ]),
    ...(hidden === 0
      ? []
      : [
          warn(
            server,
            `Of ${of(hidden)} no number shows.`,
            'Look for a policy hide_tokeninfo there, and for tokens with dynamic_phone.',
          ),
        ]),
  ];
}
