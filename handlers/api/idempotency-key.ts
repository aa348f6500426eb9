/** RFC 8941 §3.3.3 string: printable ASCII in quotes, where only `"` and `\` are escaped. */
const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** What clients send without quotes: a UUID or another token (RFC 9110 §5.6.2, and `:`, `/`, `=`, `@`). */
const bare = /^[\w!#$%&'*+.^`|~:/=@-]+$/;
const maxLength = 255;

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-06): a structured-field string, or the bare token
 * that many clients send; both spell the same key. null when it is neither, is empty or exceeds 255 characters.
 */
export function parseIdempotencyKey(header: string): string | null {
  const text = header.trim();
  const inner = quoted.exec(text)?.[1];
  const key = inner === undefined ? (bare.exec(text)?.[0] ?? '') : inner.replace(/\\(.)/g, '$1');
  return key.length >= 1 && key.length <= maxLength ? key : null;
}
