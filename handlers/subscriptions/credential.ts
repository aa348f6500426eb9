/** What a client showed of who it is. */
export type Credential =
  | { readonly type: 'given'; readonly text: string }
  /** Nothing that could be one; `what` would be needed, in ASCII that fits a close reason. */
  | { readonly type: 'missing'; readonly what: string }
  /** What cannot be read. */
  | { readonly type: 'malformed' };

/** One that can be looked at. */
export type GivenCredential = Extract<Credential, { readonly type: 'given' }>;

const wanted = 'connection_init needs a payload {"authorization":"Bearer <credential>"}';

/**
 * The credential of a `connection_init` (S29): its member `authorization`, in any case of letters as HTTP has it, with or
 * without the scheme Bearer. Of several the first that has a text.
 */
export function credentialOf(payload: { readonly [name: string]: unknown } | null): Credential {
  const named = Object.entries(payload ?? {}).filter(([name]) => name.toLowerCase() === 'authorization');
  const text = named.map(([, value]) => value).find((value) => typeof value === 'string' && value.trim() !== '');
  if (typeof text !== 'string') return { type: 'missing', what: wanted };
  const [first = '', second, ...more] = text.trim().split(/\s+/);
  const isScheme = first.toLowerCase() === 'bearer';
  if (isScheme && second === undefined) return { type: 'missing', what: 'there is nothing after Bearer' };
  if (isScheme && more.length === 0 && second !== undefined) return { type: 'given', text: second };
  if (second === undefined) return { type: 'given', text: first };
  return { type: 'missing', what: 'authorization must be one credential, with or without Bearer' };
}
