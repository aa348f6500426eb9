import { Resolver } from 'node:dns/promises';

/** The addresses of a name; empty when it has none or nobody answers. Never rejects. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const timeoutMs = 2_000;
const tries = 2;

/**
 * Asks DNS itself (c-ares) rather than the operating system: `getaddrinfo` works on a pool of four threads, where names
 * whose servers never answer would delay everybody else's (G8). So the hosts file and search domains do not count.
 */
export const resolveByDns: Resolve = async (hostname) => {
  // Made anew each time: it reads the system's name servers when made, and these change.
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
};
