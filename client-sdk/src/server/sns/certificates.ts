import { type KeyObject, X509Certificate } from 'node:crypto';
import { type Refusal, refused } from '../refusal.ts';
import { fetchLimited, type Outgoing } from './fetch-limited.ts';

interface Certificate {
  readonly type: 'certificate';
  readonly key: KeyObject;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
}

/** One of AWS's has about 2 KB. */
const maxBytes = 16_384;
/** AWS has one at a time per region and replaces it about once a year. */
const kept = 16;
/** Messages that name certificates nobody has must not become a flood of requests. */
const maxUnderWay = 4;

/**
 * Gets the public key behind a `SigningCertURL`, which must have been checked before. Each URL is asked once and kept;
 * what failed is asked again by the next message. Refuses with 503 when AWS does not answer, so that SNS sends again.
 */
export function createCertificates(outgoing: Outgoing, clock: () => number) {
  const known = new Map<string, Promise<Certificate | Refusal>>();
  let underWay = 0;

  async function load(url: string): Promise<Certificate | Refusal> {
    if (underWay >= maxUnderWay) return refused(503, 'Too many certificates are being fetched.');
    underWay++;
    try {
      return readCertificate(await fetchLimited(outgoing, url, maxBytes));
    } catch {
      return refused(503, 'The signing certificate could not be fetched.');
    } finally {
      underWay--;
    }
  }

  return async (url: string): Promise<KeyObject | Refusal> => {
    let loading = known.get(url);
    if (!loading) {
      loading = load(url);
      known.set(url, loading);
      const [oldest] = known.keys();
      if (known.size > kept && oldest !== undefined) known.delete(oldest);
    }
    const found = await loading;
    if (found.type === 'refused') {
      if (known.get(url) === loading) known.delete(url);
      return found;
    }
    const now = clock();
    return now < found.from || now > found.until
      ? refused(401, 'The signing certificate is not valid now.')
      : found.key;
  };
}

function readCertificate(pem: Uint8Array): Certificate | Refusal {
  try {
    const { publicKey, validFromDate, validToDate } = new X509Certificate(pem);
    if (publicKey.asymmetricKeyType !== 'rsa') return refused(401, 'The signing certificate is not RSA.');
    return { type: 'certificate', key: publicKey, from: validFromDate.getTime(), until: validToDate.getTime() };
  } catch {
    return refused(401, 'What SigningCertURL names is no certificate.');
  }
}
