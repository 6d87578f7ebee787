/** Whether a configured address is one that a secret may be sent to. */
import { isLoopback } from './loopback.ts';

/**
 * Null: can be used. Clear text would show the secret to whoever listens, so it stays on this machine.
 * @param example as in `https://otp.example.org`
 */
export function problemOfServerUrl(text: string, example: string): string | null {
  if (!URL.canParse(text)) return `This is not a URL. Write it like ${example}`;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'No user or password in the URL';
  if (url.search !== '' || url.hash !== '') return 'Only a server and perhaps a path';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) return null;
  return 'Only https:// is possible, or http:// to this very machine';
}
