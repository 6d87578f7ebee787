/** What the configuration says of tokens: in which one system they are, and how to reach it. */
import type { z } from 'zod';
import { type Country, readCountry } from '../model/phone.ts';
import { choice, listOf, matching, path, settings, text } from './fields.ts';

/** The attribute that gateways for SMS read unless they are told otherwise (RFC 4524). */
export const TOKEN_ATTRIBUTE_DEFAULT = 'mobile';

export const tokensSchema = choice({
  directoryAttribute: settings({
    attribute: matching('the LDAP name of an attribute', 'mobile', /^[A-Za-z][A-Za-z0-9-]{0,59}$/).optional(),
  }).optional(),
  embedded: settings({ file: path('tokens.json') }).optional(),
});

export type TokensConfig =
  | { readonly kind: 'directory-attribute'; readonly attribute: string }
  | { readonly kind: 'embedded'; readonly file: string };

/** @param absolute makes a path relative to the configuration file an absolute one */
export function tokensOf(
  { directoryAttribute, embedded }: z.output<typeof tokensSchema>,
  absolute: (path: string) => string,
): TokensConfig {
  if (directoryAttribute !== undefined) {
    return { kind: 'directory-attribute', attribute: directoryAttribute.attribute ?? TOKEN_ATTRIBUTE_DEFAULT };
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
