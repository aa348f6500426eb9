const secondsShape = /^[0-9]{1,15}$/;
/** IMF-fixdate, the only date form that RFC 9110 §5.6.7 lets anybody send. */
const dateShape = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110 §10.2.3: seconds or a date); null when there is no
 * hint, or one that cannot be read: a malformed hint must never cost a delivery.
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (secondsShape.test(text)) return Number(text) * 1000;
  if (!dateShape.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
