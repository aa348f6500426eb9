import { Command, InvalidArgumentError, Option } from 'commander';
import { allScopes, type Scope } from '../../core/access.ts';
import { complain, print, printJson } from '../terminal/print.ts';
import { callService, pathOf } from './call-service.ts';
import { type Connect, connecting } from './connect.ts';
import { table } from './table.ts';

interface ShownKey {
  readonly id: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly label: string;
  readonly createdAt: string;
}

/** `statuswire keys create|list|revoke`: API keys of all tenants (scope `admin`). */
export function keysCommand(): Command {
  return new Command('keys')
    .description('Make, list and revoke API keys (scope admin).')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

interface CreateOptions extends Connect {
  readonly scope: readonly Scope[];
  readonly tenant?: string;
  readonly label: string;
}

function createCommand(): Command {
  return connecting(new Command('create'))
    .description('Make an API key and print its text, which is shown this once.')
    .addOption(
      new Option('--scope <scope>', `one of ${allScopes.join(', ')} (repeatable)`)
        .argParser(collectScope)
        .makeOptionMandatory(),
    )
    .option('--tenant <tenant>', "whose it is (default: the caller's tenant)")
    .option('--label <text>', 'what it is for', '')
    .action(async ({ scope, tenant, label, ...connect }: CreateOptions) => {
      const body = { scopes: scope, label, ...(tenant === undefined ? {} : { tenant }) };
      const made = await callService<ShownKey & { readonly key: string }>(connect, 'POST', '/keys', body);
      if (connect.json) return printJson(made);
      // Only the key on standard output, so that it can be piped into whatever keeps it.
      print(made.key);
      complain(`Key ${made.id} of tenant ${made.tenant}: ${made.scopes.join(', ')}. It is not shown again.`);
    });
}

function listCommand(): Command {
  return connecting(new Command('list'))
    .description('List API keys, oldest first; never their secrets.')
    .option('--tenant <tenant>', 'only those of a tenant')
    .action(async ({ tenant, ...connect }: Connect & { readonly tenant?: string }) => {
      const query = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`;
      const { keys } = await callService<{ readonly keys: readonly ShownKey[] }>(connect, 'GET', `/keys${query}`);
      if (connect.json) for (const key of keys) printJson(key);
      else print(...table(keys.map(rowOf)));
    });
}

function revokeCommand(): Command {
  return connecting(new Command('revoke'))
    .description('Revoke an API key.')
    .argument('<id>', 'its id: the part between sw_ and the secret')
    .action(async (id: string, connect: Connect) => {
      await callService(connect, 'DELETE', pathOf('keys', id));
      print(connect.json ? JSON.stringify({ id, revoked: true }) : `Revoked ${id}.`);
    });
}

const rowOf = ({ id, tenant, scopes, createdAt, label }: ShownKey): readonly string[] => [
  id,
  tenant,
  createdAt,
  scopes.join(','),
  label,
];

function collectScope(text: string, before: readonly Scope[] = []): readonly Scope[] {
  const scope = allScopes.find((known) => known === text);
  if (scope === undefined) throw new InvalidArgumentError(`A scope is one of ${allScopes.join(', ')}.`);
  return before.includes(scope) ? before : [...before, scope];
}
