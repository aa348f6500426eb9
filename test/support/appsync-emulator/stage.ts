import { randomBytes } from 'node:crypto';
import type { ApiKeyRecord, Scope, WatchGrant } from '../../../core/access.ts';
import type { Update } from '../../../core/contract.ts';
import type { Log } from '../../../core/ports.ts';
import type { TlsFiles } from '../../../embedded/service/tls.ts';
import { newApiKey } from '../../../handlers/authorize/api-key.ts';
import { createAppsyncAuthorizer } from '../../../handlers/authorize/appsync-authorizer.ts';
import { createVerifier } from '../../../handlers/authorize/verifier.ts';
import { publishMutation } from '../../../handlers/graphql/appsync/publish-mutation.ts';
import { createQueryResolver } from '../../../handlers/graphql/appsync/query-resolver.ts';
import { makeHead } from '../make-update.ts';
import { type EmulatorOptions, publisherHeaders, startEmulator } from './emulator.ts';

/** The service behind an emulated AppSync: keys, tokens, and a log that holds what was published. */
export async function startStage(tls?: TlsFiles, more: Pick<EmulatorOptions, 'openIdConnect' | 'env'> = {}) {
  const records = new Map<string, ApiKeyRecord>();
  const log: Update[] = [];
  const verifier = createVerifier({
    keys: {
      find: async (id) => records.get(id) ?? null,
      put: async (record) => void records.set(record.id, record),
      list: async () => [...records.values()],
      remove: async (id) => records.delete(id),
    },
    tokenSecrets: [randomBytes(32)],
    now: Date.now,
  });
  const updatesOf = (workflow: string, id: string): readonly Update[] =>
    log.filter((update) => update.workflow === workflow && update.id === id);
  const reads: Pick<Log, 'load' | 'read'> = {
    load: async (keys) =>
      keys.map(({ workflow, id }) => {
        const last = updatesOf(workflow, id).at(-1);
        return last ? makeHead({ last }) : null;
      }),
    async read({ workflow, id }, after, limit) {
      const rest = updatesOf(workflow, id).filter(({ seq }) => seq > after.seq);
      return { type: 'page', updates: rest.slice(0, limit), more: rest.length > limit };
    },
  };
  const reported: unknown[] = [];
  const report = (error: unknown): string => `incident ${reported.push(error)}`;
  const emulator = await startEmulator({
    authorizer: createAppsyncAuthorizer({ verifier, now: Date.now }),
    invoke: createQueryResolver({ log: reads, now: Date.now, report }),
    ...(tls && { tls }),
    ...more,
  });

  const post = async (body: object, headers: { readonly [name: string]: string }) => {
    const response = await fetch(emulator.endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as { readonly data?: unknown; readonly errors?: readonly object[] };
    return { status: response.status, ...answer };
  };

  return {
    ...emulator,
    reported,
    updatesOf,
    keyFor(tenant: string, scopes: readonly Scope[] = ['read', 'tokens']): string {
      const details = { tenant, scopes, label: 'test', createdAt: 0, random: randomBytes };
      const { record, secretText } = newApiKey(details);
      records.set(record.id, record);
      return secretText;
    },
    /** Of tenant `default`, prefixed as for AppSync (S29). */
    async tokenFor(grant: WatchGrant): Promise<string> {
      const minter = { type: 'key', keyId: 'k', tenant: 'default', scopes: ['tokens'] } as const;
      const minted = await verifier.mintToken(minter, grant);
      if (minted.type === 'refused') throw new Error(minted.reason);
      return `sw_${minted.token}`;
    },
    /** A GraphQL request in the name of a credential. */
    ask: (credential: string, query: string, variables: object = {}) =>
      post({ query, variables }, { 'content-type': 'application/json', authorization: credential }),
    /** Commits an update, and publishes it as the fan-out does. `output` travels as JSON text (AWSJSON). */
    async publish(update: Update): Promise<void> {
      log.push(update);
      const { output, ...rest } = update;
      const variables = { update: { ...rest, output: output === null ? null : JSON.stringify(output) } };
      const { errors } = await post({ query: publishMutation, variables }, publisherHeaders);
      if (errors) throw new Error(JSON.stringify(errors));
    },
  };
}

export type Stage = Awaited<ReturnType<typeof startStage>>;
