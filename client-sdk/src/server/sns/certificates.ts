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
/** Messages that name certificates nobody has must become no flood of requests. */
const maxUnderWay = 4;

/**
 * Gets the public key behind a `SigningCertURL`, which must have been checked before. Each URL is asked once and kept;
 * what failed is asked again by the next message. Refuses with 503 when AWS does not answer, so that SNS sends again.
 */
export function createCertificates(outgoing: Outgoing, clock: () => number) {
  // Only what AWS gave: anybody can name certificates, and must not drive these out. The one used last is at the end.
  const known = new Map<string, Certificate>();
  const underWay = new Map<string, Promise<Certificate | Refusal>>();

  async function load(url: string): Promise<Certificate | Refusal> {
    try {
      return readCertificate(await fetchLimited(outgoing, url, maxBytes));
    } catch {
      return refused(503, 'The signing certificate could not be fetched.');
    } finally {
      underWay.delete(url);
    }
  }

  function find(url: string): Promise<Certificate | Refusal> | Certificate | Refusal {
    const found = known.get(url) ?? underWay.get(url);
    if (found) return found;
    if (underWay.size >= maxUnderWay) return refused(503, 'Too many certificates are being fetched.');
    const loading = load(url);
    underWay.set(url, loading);
    return loading;
  }

  function keep(url: string, certificate: Certificate): void {
    known.delete(url);
    known.set(url, certificate);
    const [oldest] = known.keys();
    if (known.size > kept && oldest !== undefined) known.delete(oldest);
  }

  return async (url: string): Promise<KeyObject | Refusal> => {
    const found = await find(url);
    if (found.type === 'refused') return found;
    keep(url, found);
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
