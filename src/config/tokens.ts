/** What the configuration says of tokens: in which one system they are, and how to reach it. */
import type { z } from 'zod';
import { type Country, readCountry } from '../model/phone.ts';
import { type PrivacyideaInput, problemOfUrl } from '../reconcilers/tokens/privacyidea/settings.ts';
import { choice, listOf, matching, path, settings, text, whole } from './fields.ts';

/** The attribute that gateways for SMS read unless they are told otherwise (RFC 4524). */
export const TOKEN_ATTRIBUTE_DEFAULT = 'mobile';

export const tokensSchema = choice({
  directoryAttribute: settings({
    attribute: matching('the LDAP name of an attribute', 'mobile', /^[A-Za-z][A-Za-z0-9-]{0,59}$/).optional(),
  }).optional(),
  privacyidea: settings({
    url: text('the address of a privacyIDEA, by https', 'https://otp.example.org', (url) => problemOfUrl(url) === null),
    realm: matching('the name of a realm', 'research', /^[A-Za-z0-9_.-]{1,100}$/),
    tokenFile: path('/run/secrets/privacyidea-token').optional(),
    login: settings({
      user: text('the name of an administrator there', 'muster', (user) => user.trim() !== ''),
      passwordFile: path('/run/secrets/privacyidea'),
    }).optional(),
    caFile: path('/etc/muster/ca.pem').optional(),
    timeouts: settings({
      connectSeconds: whole(1, 600, 'seconds').optional(),
      answerSeconds: whole(1, 600, 'seconds').optional(),
      readSeconds: whole(1, 3600, 'seconds').optional(),
      patienceSeconds: whole(1, 600, 'seconds').optional(),
    }).optional(),
  })
    .refine(({ tokenFile, login }) => (tokenFile === undefined) !== (login === undefined), {
      error: 'Needs exactly one of these: tokenFile, login',
    })
    .optional(),
  embedded: settings({ file: path('tokens.json') }).optional(),
});

export type TokensConfig =
  | { readonly kind: 'directory-attribute'; readonly attribute: string }
  | { readonly kind: 'privacyidea'; readonly server: PrivacyideaInput }
  | { readonly kind: 'embedded'; readonly file: string };

/** @param absolute makes a path relative to the configuration file an absolute one */
export function tokensOf(
  { directoryAttribute, privacyidea, embedded }: z.output<typeof tokensSchema>,
  absolute: (path: string) => string,
): TokensConfig {
  if (directoryAttribute !== undefined) {
    return { kind: 'directory-attribute', attribute: directoryAttribute.attribute ?? TOKEN_ATTRIBUTE_DEFAULT };
  }
  if (privacyidea !== undefined) {
    const { tokenFile, login, caFile, ...plain } = privacyidea;
    const server: PrivacyideaInput = {
      ...plain,
      ...(tokenFile === undefined ? {} : { tokenFile: absolute(tokenFile) }),
      ...(login === undefined ? {} : { login: { ...login, passwordFile: absolute(login.passwordFile) } }),
      ...(caFile === undefined ? {} : { caFile: absolute(caFile) }),
    };
    return { kind: 'privacyidea', server };
  }
  if (embedded === undefined) throw new TypeError('the schema admits exactly one system of tokens');
  return { kind: 'embedded', file: absolute(embedded.file) };
}

/** Where phone numbers may be. */
export const phonesSchema = settings({
  countries: listOf(
    text('the two letters of a country (ISO 3166-1)', 'DK', (value) => readCountry(value) !== null),
    '[DK, SE]',
  ).min(1, 'Needs at least one country'),
});

/** Null: in every country. */
export function phoneCountriesOf(phones: z.output<typeof phonesSchema> | undefined): ReadonlySet<Country> | null {
  return phones === undefined ? null : new Set(phones.countries.flatMap((text) => readCountry(text) ?? []));
}
