/** A token, or how to get one. A function is asked again when the service refuses what it gave. */
export type TokenSource = string | (() => string | Promise<string>);

/** One current token for all requests and sockets of a client. Never put into a URL, an error or a log. */
export interface Auth {
  /** The value of `Authorization`; null when the client has no token. Callers share one request under way. */
  header(): Promise<string | null>;
  /** The service refused this header: the next caller gets a fresh one. Ignored when it was replaced already. */
  refused(header: string | null): void;
}

export function createAuth(source: TokenSource | undefined): Auth {
  let current: { readonly header: Promise<string>; settled: string | null } | null = null;

  const ask = async (): Promise<string> => `Bearer ${typeof source === 'function' ? await source() : source}`;

  return {
    async header() {
      if (source === undefined) return null;
      if (!current) {
        const mine = { header: ask(), settled: null as string | null };
        current = mine;
        mine.header.then(
          (header) => {
            mine.settled = header;
          },
          () => {
            if (current === mine) current = null;
          },
        );
      }
      return current.header;
    },
    refused(header) {
      if (header !== null && current?.settled === header) current = null;
    },
  };
}
