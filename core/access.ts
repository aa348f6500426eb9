/** What a caller may do (S24). The first four belong to a tenant, the last two to the operator. */
export type Scope = 'read' | 'start' | 'webhooks' | 'tokens' | 'ingest' | 'admin';

export const tenantScopes = ['read', 'start', 'webhooks', 'tokens'] as const satisfies readonly Scope[];
export const allScopes = [...tenantScopes, 'ingest', 'admin'] as const satisfies readonly Scope[];

/** An API key at rest: the secret only as its SHA-256, hex (it has 256 random bits, so a slow hash adds nothing). */
export interface ApiKeyRecord {
  readonly id: string;
  readonly secretHash: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly label: string;
  /** It is no key but the mark that a first key of this hash was revoked. */
  readonly revoked?: true;
}

/** Which executions a watch token names (S28): up to 20 of them, or one whole workflow of the tenant. */
export type WatchGrant =
  | { readonly type: 'executions'; readonly executions: readonly { readonly workflow: string; readonly id: string }[] }
  | { readonly type: 'workflow'; readonly workflow: string };

/** Which executions the holder of a token may read: of its tenant always. Besides, what only a company's own tokens say. */
export type Grant =
  | WatchGrant
  | { readonly type: 'workflows'; readonly workflows: readonly string[] }
  /** All of the tenant. */
  | { readonly type: 'tenant' };

/** Who is asking, after verification. */
export type Caller =
  | { readonly type: 'key'; readonly keyId: string; readonly tenant: string; readonly scopes: readonly Scope[] }
  | {
      readonly type: 'token';
      readonly tenant: string;
      readonly grant: Grant;
      /** Epoch milliseconds; a socket is closed then (S30). */
      readonly expiresAt: number;
      /** The one person or client that a company's own token is about: limits count for each. Watch tokens have none. */
      readonly subject?: string;
      /** The API key that made a watch token: all that one made share an allowance. Older tokens name none. */
      readonly keyId?: string;
    };

export function hasScope(caller: Caller, scope: Scope): boolean {
  return caller.type === 'key' ? caller.scopes.includes(scope) : scope === 'read';
}

/** May this caller read executions of (workflow, id), if they belong to a tenant that it sees? `id` null: all of the workflow. */
export function mayRead(caller: Caller, workflow: string, id: string | null): boolean {
  if (caller.type === 'key') return caller.scopes.includes('read');
  const { grant } = caller;
  switch (grant.type) {
    case 'tenant':
      return true;
    case 'workflows':
      return grant.workflows.includes(workflow);
    case 'workflow':
      return grant.workflow === workflow;
    case 'executions':
      return grant.executions.some((named) => named.workflow === workflow && named.id === id);
  }
}

/**
 * May this caller see executions of a tenant? Its own; an API key with the scope `admin` those of all tenants (S24). Live
 * subscriptions alone stay with the key's own tenant: there the tenant is part of what is subscribed to.
 */
export function seesTenant(caller: Caller, tenant: string): boolean {
  return caller.tenant === tenant || (caller.type === 'key' && caller.scopes.includes('admin'));
}

/** Does an update reach this caller? The one rule for every channel. */
export function maySee(
  caller: Caller,
  update: { readonly tenant: string; readonly workflow: string; readonly id: string },
): boolean {
  return seesTenant(caller, update.tenant) && mayRead(caller, update.workflow, update.id);
}

const keyShape = /^sw_(?<id>[0-9A-Za-z]{1,40})_(?<secret>[0-9A-Za-z_-]{16,100})$/;

/** Takes `sw_<id>_<secret>` apart; null when it is no API key. */
export function parseApiKey(text: string): { readonly id: string; readonly secret: string } | null {
  const { id, secret } = keyShape.exec(text)?.groups ?? {};
  return id !== undefined && secret !== undefined ? { id, secret } : null;
}
