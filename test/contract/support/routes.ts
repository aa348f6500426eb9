import type { Discovery } from '../../../core/contract.ts';
import type { Carrier } from './wire.ts';

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Where the proxy brings what it is sent. */
export interface Routes {
  /** Scheme and host of the service, for this carrier. */
  origin(carrier: Carrier): string;
  /** The discovery document with every address leading to the proxy, which remembers where they led. */
  rewrite(answer: Answer): Answer;
}

/** @param upstream Where the service is, @param proxyUrl where the proxy is; both without a slash at the end */
export function createRoutes(upstream: () => string, proxyUrl: () => string): Routes {
  const origins = new Map<string, string>();
  const proxied = (protocol: string, text: string): string => {
    const { origin, protocol: scheme, pathname } = new URL(text, upstream());
    // A deployment on one address may move; one on several does not.
    if (origin.replace(/^ws/, 'http') !== upstream()) origins.set(protocol, origin.replace(/^ws/, 'http'));
    return `${scheme.startsWith('ws') ? proxyUrl().replace(/^http/, 'ws') : proxyUrl()}${pathname.replace(/\/$/, '')}`;
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
