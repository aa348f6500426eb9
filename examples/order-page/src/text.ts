const mostCharacters = 200;
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

/**
 * What a page can show of any JSON value. What a workflow puts into its output and its errors may change with every deployment of
 * it, and React throws for an object where a text should be, which takes the whole page down.
 */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '—';
  const text = typeof value === 'string' ? value : jsonOf(value);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}

/** An amount in euros where it is one, else whatever it is. */
export const moneyOf = (value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value) ? money.format(value) : textOf(value);

/** A member of any JSON value; undefined where there is none. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '—';
  } catch {
    // Nested too deep for this browser.
    return '…';
  }
}
