import type { Discovery } from '../../../core/contract.ts';
import type { Carrier } from './wire.ts';

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Where the proxy brings what it is sent. */
export interface Routes {
  /** Scheme and host of the service, for this carrier, and the path that it is mounted at. */
  origin(carrier: Carrier): string;
  /** The discovery document with every address leading to the proxy, which remembers where they led. */
  rewrite(answer: Answer): Answer;
}

/** @param upstream Where the service is, @param proxyUrl where the proxy is; both without a slash at the end */
export function createRoutes(upstream: () => string, proxyUrl: () => string): Routes {
  const origins = new Map<string, string>();
  const proxied = (protocol: string, text: string): string => {
    const base = new URL(`${upstream()}/`);
    const { origin, protocol: scheme, pathname } = new URL(text, base);
    const host = origin.replace(/^ws/, 'http');
    // Below the service's own address, which may have a path and may move. What is elsewhere does not.
    const isBelow = host === base.origin && `${pathname}/`.startsWith(base.pathname);
    if (!isBelow) origins.set(protocol, host);
    const path = isBelow ? pathname.slice(base.pathname.length - 1) : pathname;
    return `${scheme.startsWith('ws') ? proxyUrl().replace(/^http/, 'ws') : proxyUrl()}${path.replace(/\/$/, '')}`;
  };
  return {
    origin: (carrier) => origins.get(carrier) ?? upstream(),
    rewrite(answer) {
      if (answer.status !== 200) return answer;
      const discovery = JSON.parse(answer.body) as Discovery;
      const channels = discovery.channels.map((info) => ({ ...info, url: proxied(info.protocol, info.url) }));
      return { ...answer, body: JSON.stringify({ ...discovery, channels }) };
    },
  };
}
