import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { createStatusClient, isStatusError, type Json } from '@statuswire/client';

/**
 * The page's own backend, as any shop has one: it alone holds the API key. It starts orders, and hands a browser watch tokens
 * for the orders which that browser placed. Updates do not pass through here.
 */
export interface Backend {
  /** @param path below where the backend is mounted: `/orders`, `/orders/{id}/token`, `/orders/{id}/redrive`. */
  fetch(request: Request, path: string): Promise<Response>;
}

interface BackendOptions {
  /** The Statuswire service. */
  readonly url: string;
  /** With the scopes `start` and `tokens`; and `admin`, for the redrive. */
  readonly apiKey: string;
  /**
   * Names that the page is served under, without a port. A request for another name is refused: a stranger's page may have
   * pointed its own name at this machine, and its browser takes that for the same site (DNS rebinding). Addresses are taken,
   * because no name was resolved for them.
   */
  readonly hostNames: readonly string[];
  /** Path that the page is served at: where its cookie goes. */
  readonly cookiePath: string;
}

const workflow = 'orders';
/** As many as one token can name (docs/http.md). */
const maxOrders = 20;

export function createBackend({ url, apiKey, cookiePath, hostNames }: BackendOptions): Backend {
  const client = createStatusClient({ url, token: apiKey });
  const cookie = createOrderCookie(apiKey, `Path=${cookiePath}${url.startsWith('https:') ? '; Secure' : ''}`);

  /** What the SDK has no call for. */
  const post = (path: string, body?: Json): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  async function place(request: Request): Promise<Response> {
    const placed = cookie.read(request);
    const { id, token } = await client.start(workflow, { input: (await request.json()) as Json });
    const headers = { 'set-cookie': cookie.write([...placed, id].slice(-maxOrders)) };
    return Response.json({ workflow, id, token }, { status: 202, headers });
  }

  async function about(id: string, action: string): Promise<Response> {
    const answer =
      action === 'token'
        ? await post('/tokens', { executions: [{ workflow, id }] })
        : await post(`/executions/${workflow}/${encodeURIComponent(id)}/redrive`);
    return Response.json(await answer.json(), { status: answer.status });
  }

  function isOwnHost(request: Request): boolean {
    const host = `http://${request.headers.get('host') ?? new URL(request.url).host}`;
    if (!URL.canParse(host)) return false;
    const { hostname } = new URL(host);
    return hostNames.includes(hostname) || isIP(hostname.replace(/^\[|\]$/g, '')) > 0;
  }

  async function route(request: Request, path: string): Promise<Response> {
    if (!isOwnHost(request)) return refuse(421);
    // Another site can send a browser here, but not with this type unless CORS lets it, which nothing here does.
    if (request.method !== 'POST' || request.headers.get('content-type') !== 'application/json') return refuse(405);
    if (path === '/orders') return place(request);
    const [, id = '', action = ''] = /^\/orders\/([\w-]{1,80})\/(token|redrive)$/.exec(path) ?? [];
    // For an order of somebody else and for none at all the answer is the same.
    return cookie.read(request).includes(id) ? about(id, action) : refuse(404);
  }

  return {
    async fetch(request, path) {
      const answer = await route(request, path).catch((error: unknown) => {
        if (error instanceof SyntaxError || isStatusError(error, 'invalid')) return refuse(400);
        return refuse(502);
      });
      answer.headers.set('cache-control', 'no-store');
      return answer;
    },
  };
}

const refuse = (status: number): Response => Response.json({ status }, { status });

/** Which orders a browser placed: kept by the browser, and signed, so that a restart forgets nothing. */
function createOrderCookie(secret: string, attributes: string) {
  const sign = (text: string): Buffer => createHmac('sha256', secret).update(`order-page ${text}`).digest();
  return {
    read(request: Request): readonly string[] {
      const [, ids = '', signature = ''] =
        /(?:^|; )placed=([\w.-]*)~([\w-]*)/.exec(request.headers.get('cookie') ?? '') ?? [];
      const given = Buffer.from(signature, 'base64url');
      const own = sign(ids);
      return given.length === own.length && timingSafeEqual(given, own) ? ids.split('.') : [];
    },
    write(ids: readonly string[]): string {
      const text = ids.join('.');
      return `placed=${text}~${sign(text).toString('base64url')}; ${attributes}; HttpOnly; SameSite=Strict; Max-Age=86400`;
    },
  };
}
