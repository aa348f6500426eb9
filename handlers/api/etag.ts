import type { Position } from '../../core/cursor.ts';

/** Strong entity tag of an execution's state: it changes exactly when an update is appended (design §4). */
export function etagOf({ epoch, seq }: Position): string {
  return `"${epoch}.${seq}"`;
}

/** One member of a list: in quotes, weak or not (RFC 9110 §8.8.3), with whatever follows; or whatever else is there. */
const member = /\s*(?:(?:W\/)?"([^"]*)"[^,]*|[^,]+)/gi;

/**
 * What proxies that compress add to the tags of what they compressed, and leave there when it comes back: `-gzip`
 * (Apache mod_deflate), `--gzip` (Jetty), `;gzip`, and the same of the other codings.
 */
const codingSuffix = /(?:--?|;|:)(?:gzip|x-gzip|deflate|br|zstd|compress|identity)$/i;

/**
 * Does `If-None-Match` name this tag? `*` names any; the comparison is weak (RFC 9110 §13.1.2). A tag that a proxy or a
 * client on the way has marked as compressed, made weak or taken out of its quotes is still the tag: nothing else begins
 * like one of ours, and a caller whose tag never matches is never held (S19).
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag) return true;
  const own = etag.slice(1, -1);
  return [...ifNoneMatch.matchAll(member)].some(([whole, quoted]) => {
    const named = quoted ?? whole.trim().replace(/^W\//i, '');
    return named === own || (quoted === undefined && named === '*') || named.replace(codingSuffix, '') === own;
  });
}
