/** Entries as the lines that a person would write: for what has to be pasted back into a file. */
import { type Block, type HostedServer, type Institution, SERVER_STEPS, type User } from './document.ts';
import { asValue } from './wording.ts';

/** The list entry of a block, with `lifted` set; no newline at its end. */
export function blockText(block: Block, targetField: 'user' | 'institution', lifted: string): string {
  const fields = [
    `${targetField}: ${asValue(block.target)}`,
    `reason: ${asValue(block.reason)}`,
    `from: ${block.from}`,
    ...(block.until === null ? [] : [`until: ${block.until}`]),
    `lifted: ${lifted}`,
  ];
  return `- ${fields.join('\n  ')}`;
}

/** The document of a person, in the given state. */
export function userText(user: User, state: User['state']): string {
  return [
    `username: ${asValue(user.username)}`,
    `name: { given: ${asValue(user.name.given)}, family: ${asValue(user.name.family)} }`,
    `email: ${asValue(user.email)}`,
    `phone: ${user.phone}`,
    `institution: ${asValue(user.institution)}`,
    `state: ${state}`,
    ...(user.starts === null ? [] : [`starts: ${user.starts}`]),
    ...(user.ends === null ? [] : [`ends: ${user.ends}`]),
  ].join('\n');
}

export function institutionText(institution: Institution): string {
  return [
    `id: ${asValue(institution.id)}`,
    `name: ${asValue(institution.name)}`,
    'contacts:',
    ...institution.contacts.map((contact) => `  - ${asValue(contact)}`),
    ...(institution.partOf === null ? [] : [`partOf: ${asValue(institution.partOf)}`]),
  ].join('\n');
}

/** The document of a hosted server, with `cancelled` left to fill in where it was not. */
export function serverText(server: HostedServer): string {
  const steps = SERVER_STEPS.flatMap((step) => (server.steps[step] === null ? [] : [`${step}: ${server.steps[step]}`]));
  return [
    `id: ${asValue(server.id)}`,
    `name: ${asValue(server.name)}`,
    ...(server.purpose === null ? [] : [`purpose: ${asValue(server.purpose)}`]),
    `institution: ${asValue(server.institution)}`,
    ...(server.contact === null ? [] : [`contact: ${asValue(server.contact)}`]),
    `requested: ${server.requested}`,
    ...(steps.length === 0 ? [] : [`steps: { ${steps.join(', ')} }`]),
    `cancelled: ${server.cancelled ?? 'YYYY-MM-DD'}`,
  ].join('\n');
}
