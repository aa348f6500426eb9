/**
 * Settings that say where the service is reached and from where: brought to one spelling, or refused with a reason, before
 * anything is served by them.
 */

/** Schemes of pages that are no websites: mobile shells and browser extensions call by them. */
const appSchemes: readonly string[] = ['capacitor:', 'ionic:', 'tauri:', 'chrome-extension:', 'moz-extension:'];

/** One segment of a path, in characters that nobody has to escape (RFC 3986 §2.3). */
const segment = /^[\w.~-]+$/;

/**
 * A path prefix: `''`, or a path that begins with a slash and does not end with one; `a` and `/a/` are `/a`.
 *
 * @throws Error with the reason, for what has no one spelling.
 */
export function normalBasePath(text = ''): string {
  const path = text.replace(/^\/|\/$/g, '');
  if (path === '') return '';
  for (const part of path.split('/')) {
    if (part === '.' || part === '..') throw new Error('a path prefix has no "." or "..": clients fold them away.');
    if (!segment.test(part)) {
      throw new Error('a path prefix is like /statuswire or /a/b: of letters, digits, "-", ".", "_" and "~".');
    }
  }
  return `/${path}`;
}

/**
 * The URL that clients reach the service at, path prefix included, without a slash at its end.
 *
 * @throws Error with the reason, for what is none.
 */
export function normalPublicUrl(text: string): string {
  const url = read(text, 'https://status.example.com/statuswire');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Error('the URL begins with https:// or http://.');
  if (url.username !== '' || url.password !== '') throw new Error('the URL has no user name or password.');
  if (/[?#]/.test(text)) throw new Error('the URL has no query and no fragment: paths are put after it.');
  // As it was written, because a parsed URL shows no dots any more.
  const path = text.trim().replace(/^[^:]+:\/*[^/\\]*/, '');
  return `${url.protocol}//${url.host}${normalBasePath(path)}`;
}

/**
 * An origin as browsers send it (RFC 6454 §6.2), or `*` for all.
 *
 * @throws Error with the reason, for what no browser sends.
 */
export function normalOrigin(text: string): string {
  if (text.trim() === '*') return '*';
  const url = read(text, 'https://shop.example');
  const isApp = appSchemes.includes(url.protocol);
  if (!isApp && url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Error('an origin begins with https:// or http://, e.g. https://shop.example.');
  }
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text) || !/^\/?$/.test(url.pathname)) {
    throw new Error('an origin is scheme, host and port alone, e.g. https://shop.example.');
  }
  if (url.host === '' || url.host.includes('*')) throw new Error('an origin names one host, or is * for all.');
  return `${url.protocol}//${url.host}`;
}

function read(text: string, example: string): URL {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text.trim()) || !URL.canParse(text)) {
    throw new Error(`it is a whole URL, e.g. ${example}.`);
  }
  return new URL(text);
}
