import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { matchesEtag } from '../../handlers/api/etag.ts';

interface StaticFile {
  readonly body: Buffer<ArrayBuffer>;
  readonly headers: { readonly [name: string]: string; readonly etag: string };
}

/** Answers for paths below a page: `/`, `/assets/index-1a2b.js`; null for what is not there. */
export type StaticFiles = (request: Request, path: string) => Response | null;

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Nothing but the page's own files and this origin: `'self'` in connect-src takes its WebSockets in (CSP level 3, §6.7.2.8).
 * Styles that React sets are no inline styles to it.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A built page, taken into memory: a path can name nothing else. */
export async function loadStaticFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length).replaceAll('\\', '/');
    files.set(path === '/index.html' ? '/' : path, describe(path, await readFile(file)));
  }
  return (request, path) => {
    const file = files.get(path);
    if (!file) return null;
    const { body, headers } = file;
    if (matchesEtag(request.headers.get('if-none-match') ?? undefined, headers.etag))
      return new Response(null, { status: 304, headers });
    return new Response(request.method === 'HEAD' ? null : body, { headers });
  };
}

function describe(path: string, body: Buffer<ArrayBuffer>): StaticFile {
  const headers = {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    // Vite puts a hash into the names of assets. The page itself is asked for each time; not `no-store`, which would keep it
    // from the browser's back-forward cache.
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
  return { body, headers };
}
