import { type ApiKeyRecord, allScopes } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';
import { apiKeyRecord } from './api-key.ts';

/** The first key's record: all scopes, tenant `default` (S24); null when the text is not of the form `sw_<id>_<secret>`. */
export const firstKeyRecord = (text: string, createdAt: number): ApiKeyRecord | null =>
  apiKeyRecord(text, { tenant: 'default', scopes: allScopes, label: 'first key', createdAt });

/** No key has an id like this one: it has a hyphen. */
const markId = ({ secretHash }: ApiKeyRecord): string => `revoked-${secretHash}`;

/** Was this very text revoked as first key, in this process or an earlier one? */
export const isFirstKeyRevoked = async (stored: Pick<Keys, 'find'>, first: ApiKeyRecord): Promise<boolean> =>
  (await stored.find(markId(first))) !== null;

/**
 * The stored keys and the first one beside them. The first key itself is never stored: it counts for as long as the place
 * that says it (a variable, a file, a secret) does. Revoking it leaves a mark by its hash, so that this text stays revoked
 * whatever that place says later; another text, also under the same id, is another key.
 *
 * The stored keys are asked first: trouble with the first key is then no trouble for those who use another.
 */
export function withFirstKey(stored: Keys, firstKey: () => Promise<ApiKeyRecord>): Keys {
  async function firstOf(id: string): Promise<ApiKeyRecord | null> {
    const first = await firstKey();
    return first.id === id && !(await isFirstKeyRevoked(stored, first)) ? first : null;
  }

  return {
    put: (record) => stored.put(record),
    find: async (id) => live(await stored.find(id)) ?? firstOf(id),
    async list(tenant) {
      const [first, listed] = await Promise.all([firstKey(), stored.list(null)]);
      const shown = [...(listed.some(({ id }) => id === markId(first)) ? [] : [first]), ...listed];
      return shown.filter((record) => !record.revoked && (tenant === null || record.tenant === tenant));
    },
    async remove(id) {
      if (live(await stored.find(id))) return stored.remove(id);
      const first = await firstOf(id);
      if (first) await stored.put({ ...first, id: markId(first), revoked: true });
      return first !== null;
    },
  };
}

const live = (record: ApiKeyRecord | null): ApiKeyRecord | null => (record?.revoked ? null : record);
