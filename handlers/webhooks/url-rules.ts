import { hasLength } from '../../core/names.ts';

/** The longest URL an endpoint may have, in characters. */
export const maxUrlLength = 2_048;

/**
 * Why a text cannot be an endpoint's URL, or null: what its form alone shows. Where it leads is the guard's matter
 * (`CheckUrl`), so is which addresses may be called without TLS.
 */
export function urlProblem(text: string): string | null {
  if (!hasLength(text, 0, maxUrlLength)) return `the URL is longer than ${maxUrlLength} characters`;
  if (!URL.canParse(text)) return 'the URL cannot be read';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the URL must begin with https://';
  if (url.username !== '' || url.password !== '') return 'the URL must not contain a user name or password';
  if (url.hash !== '' || text.includes('#')) return 'the URL must not contain a fragment';
  return null;
}
