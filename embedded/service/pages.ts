import { normalBasePath } from '../../core/addresses.ts';

type Answer = Response | Promise<Response>;

/** What this process serves beside its API. */
export interface Page {
  /** Where, under the base path: `/examples/order-page`. Everything below it belongs to the page. */
  readonly path: string;
  /** @param rest what follows the page's path: empty, or beginning with a slash. */
  readonly fetch: (request: Request, rest: string) => Answer;
}

/** Asks the pages first; what is none of theirs goes to the API. */
export function withPages(
  api: (request: Request) => Answer,
  pages: readonly Page[] = [],
  basePath?: string,
): (request: Request) => Answer {
  if (pages.length === 0) return api;
  const mounted = pages.map(({ path, fetch }) => ({ prefix: `${normalBasePath(basePath)}${path}`, fetch }));
  return (request) => {
    const { pathname } = new URL(request.url);
    const found = mounted.find(({ prefix }) => pathname === prefix || pathname.startsWith(`${prefix}/`));
    return found ? found.fetch(request, pathname.slice(found.prefix.length)) : api(request);
  };
}
