import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Backend, createBackend } from '../../examples/order-page/backend.ts';
import type { Page } from '../service/pages.ts';
import { buildPage } from './build-page.ts';
import { loadStaticFiles, type StaticFiles } from './static-files.ts';

export interface OrderPage {
  readonly page: Page;
  /**
   * The page's backend speaks to the service as any backend does; it can only once the service listens. Returns the origins
   * that the page has on this machine.
   */
  connect(service: { readonly url: string; readonly apiKey: string }): readonly string[];
  /** Resolves when the page can be shown; rejects when it could not be built. */
  readonly ready: Promise<void>;
}

const path = '/examples/order-page';
const at = (place: string) => fileURLToPath(new URL(`../../${place}`, import.meta.url));

/** Where the page lies in the published package, which has neither its sources nor Vite. */
export const prebuiltPage = 'examples/order-page/prebuilt';

/** The folder with the page, built from its sources where it must be. Rejects with what Vite says. */
export const buildOrderPage = async (): Promise<string> =>
  existsSync(at(prebuiltPage))
    ? at(prebuiltPage)
    : buildPage({
        folder: at('examples/order-page'),
        sources: ['examples/order-page', 'examples/orders/orders.asl.json', 'client-sdk/src', 'package-lock.json'].map(
          at,
        ),
      });

/**
 * The example page with its backend, at `/examples/order-page`. Building begins at once, and requests wait for it.
 *
 * @param publicUrl where the service is reached from outside, if not where it listens
 */
export function createOrderPage(publicUrl?: string): OrderPage {
  let backend: Backend | null = null;
  const files: Promise<StaticFiles> = buildOrderPage().then(loadStaticFiles);
  const ready = files.then(() => undefined);
  // Who asks for the page hears of it, and who waits for `ready`.
  ready.catch(() => undefined);

  async function show(request: Request, rest: string): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405 });
    return (await files)(request, rest) ?? new Response('There is nothing here.\n', { status: 404 });
  }

  return {
    ready,
    connect({ url, apiKey }) {
      const { origin, hostname, pathname, port } = new URL(url);
      const cookiePath = `${pathname.replace(/\/$/, '')}${path}`;
      const hostNames = ['localhost', hostname, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
      backend = createBackend({ url, apiKey, cookiePath, hostNames });
      return [origin, `http://localhost:${port}`];
    },
    page: {
      path,
      async fetch(request, rest) {
        // Relative, so that it holds behind any proxy; the page's own relative addresses need the slash.
        if (rest === '') return new Response(null, { status: 308, headers: { location: './order-page/' } });
        try {
          if (!rest.startsWith('/api/')) return await show(request, rest);
          return (await backend?.fetch(request, rest.slice('/api'.length))) ?? new Response(null, { status: 503 });
        } catch {
          return new Response('The order page could not be built; the log says why.\n', { status: 503 });
        }
      },
    },
  };
}
