import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { Logger } from 'pino';
import { normalBasePath, normalOrigin, normalPublicUrl } from '../../core/addresses.ts';
import type { OidcConfig } from '../../core/oidc.ts';
import { checkDataFolder } from '../service/folders.ts';
import type { Service } from '../service/service.ts';
import type { TlsFiles } from '../service/tls.ts';
import { complain, print } from '../terminal/print.ts';
import { configOption, problemLine } from './check.ts';
import { checked, collect, parseCount, parseDays, parsePort, parsePositive, parseScale } from './parse.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly config?: string;
  readonly timeScale: number;
  readonly origin: readonly string[];
  readonly webhookAllow: readonly string[];
  readonly holdWebhooks?: true;
  readonly oidc?: string;
  readonly publicUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly basePath: string;
  readonly rateLimit?: number;
  readonly tokenPool?: number;
  readonly trustProxy: readonly string[];
  readonly retentionDays?: number;
  readonly maxLogUpdates?: number;
  readonly logLevel: string;
  readonly demo?: true;
}

/** Webhooks of the demo go to a receiver in this process; nothing else private is opened. */
const loopback = '127.0.0.1/32';
/** The workflows that come along. */
const examples = fileURLToPath(new URL('../../examples', import.meta.url));

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the whole service in this process.')
    .addOption(new Option('--host <address>', 'address to listen on').default('127.0.0.1').env('HOST'))
    .addOption(new Option('--port <number>', 'port to listen on').default(8787).env('PORT').argParser(parsePort))
    .addOption(
      new Option('--data <folder>', 'database, first API key, secret')
        .default('.statuswire')
        .env('STATUSWIRE_DATA')
        .argParser(checked(checkDataFolder)),
    )
    .addOption(configOption())
    .addOption(
      new Option('--time-scale <factor>', 'shortens waits, retries and time-outs of the local runner')
        .default(1)
        .argParser(parseScale),
    )
    .addOption(
      new Option('--origin <origin>', 'browsers of this origin may call (repeatable; * for all)')
        .default([])
        .argParser(collect(normalOrigin)),
    )
    .addOption(
      new Option('--webhook-allow <cidr>', 'webhooks may reach this range although it is not public (repeatable)')
        .default([])
        .argParser(collect(String)),
    )
    .option(
      '--hold-webhooks',
      'call no webhook; what is due waits for a start without this (a backup looked at elsewhere)',
    )
    .option('--oidc <file>', 'JSON that says whose OpenID Connect tokens are credentials, and for what')
    .addOption(
      new Option('--public-url <url>', 'where clients reach the service, e.g. behind a proxy').argParser(
        checked(normalPublicUrl),
      ),
    )
    .option('--tls-cert <file>', 'certificate, and what stands between it and the root, as PEM: serve https and wss')
    .option('--tls-key <file>', 'its private key, as PEM')
    .addOption(
      new Option('--base-path <path>', 'serve everything under this path')
        .default('')
        .argParser(checked(normalBasePath)),
    )
    .addOption(
      new Option('--rate-limit <n/s>', 'requests per second of one API key; 0 for no limit (default: 1000)').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option(
        '--token-pool <n>',
        "callers' allowances that all tokens made by one key share (default: 20)",
      ).argParser(parsePositive),
    )
    .addOption(
      new Option('--trust-proxy <cidr>', "a proxy's address or range, whose X-Forwarded-For counts (repeatable)")
        .default([])
        .argParser(collect(String)),
    )
    .addOption(
      new Option('--retention-days <n>', 'days a log lives after its end, at least 15 (default: 30)').argParser(
        parseDays,
      ),
    )
    .addOption(
      new Option('--max-log-updates <n>', 'updates kept of one log, at least 1000 (default: 100000)').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option('--log-level <level>', 'log lines on standard error')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .env('STATUSWIRE_LOG_LEVEL'),
    )
    .option('--demo', 'start one order and show it through all channels; without --config, the example workflows')
    .addHelpText('after', '\nSTATUSWIRE_API_KEY sets the first API key; else it is made and kept in <data>/api-key.')
    .action(serve);
}

async function serve(options: ServeOptions, command: Command): Promise<void> {
  const tls = tlsOf(options, command);
  // Only now: the commands that are clients start several times faster without the service.
  const [{ startService }, { checkRange }, { readTls }, { createLogger }, { runDemo }] = await Promise.all([
    import('../service/service.ts'),
    import('../service/check-options.ts'),
    import('../service/tls.ts'),
    import('../telemetry/logger.ts'),
    import('../demo/demo.ts'),
  ]);
  const oidc = options.oidc === undefined ? null : await readOidc(options.oidc, command);
  for (const range of options.webhookAllow) orEnd(command, '--webhook-allow', () => checkRange(range));
  for (const range of options.trustProxy) orEnd(command, '--trust-proxy', () => checkRange(range));
  if (tls) orEnd(command, '--tls-cert, --tls-key', () => readTls(tls));
  const logger = createLogger({ level: options.logLevel });
  // Only now: everybody else runs without the example and what builds it.
  const orderPage = options.demo ? (await import('../demo/order-page.ts')).createOrderPage(options.publicUrl) : null;
  const origins = [...options.origin];
  const workflows = options.config ?? (options.demo ? examples : undefined);
  const service = await startService({
    dataFolder: resolve(options.data),
    host: options.host,
    port: options.port,
    timeScale: options.timeScale,
    origins,
    webhookAllow: options.demo ? [...options.webhookAllow, loopback] : options.webhookAllow,
    holdWebhooks: options.holdWebhooks ?? false,
    basePath: options.basePath,
    apiKey: process.env.STATUSWIRE_API_KEY,
    logger,
    pages: orderPage ? [orderPage.page] : [],
    ...(workflows === undefined ? {} : { workflowsFolder: resolve(workflows) }),
    ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
    trustProxy: options.trustProxy,
    ...(options.tokenPool === undefined ? {} : { callersPerPool: options.tokenPool }),
    ...(options.retentionDays === undefined ? {} : { retentionDays: options.retentionDays }),
    ...(options.maxLogUpdates === undefined ? {} : { maxLogUpdates: options.maxLogUpdates }),
    ...(oidc ? { oidc } : {}),
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(tls ? { tls } : {}),
  });
  const stopped = stopOnSignal(service);
  if (tls) reloadOnSignal(service, logger);
  announce(service, options);
  // The page's own origins (S23), known only now; sockets are checked against the list as it is then.
  if (orderPage) origins.push(...orderPage.connect(service));
  orderPage?.ready.then(
    () => print(`Order page: ${service.url}${orderPage.page.path}/`),
    (error: unknown) => {
      // A signal for the whole group ends the build as well.
      if (!stopped.signal.aborted) logger.error({ err: error }, 'the order page could not be built');
    },
  );
  if (options.demo) await runDemo({ service, print, dataFolder: options.data, signal: stopped.signal });
  await stopped.done;
}

function announce({ url, apiKeyFile, isApiKeyRevoked, loaded }: Service, { data }: ServeOptions): void {
  print(`Statuswire listens on ${url}  (data in ${data})`);
  const names = loaded.workflows.map((workflow) => workflow.name);
  print(
    names.length > 0 ? `Workflows: ${names.join(', ')}` : 'No workflows loaded: executions come in by POST /events.',
  );
  complain(...loaded.problems.map(problemLine));
  const place = process.env.STATUSWIRE_API_KEY === undefined ? `in ${apiKeyFile}` : 'as set by STATUSWIRE_API_KEY';
  print(`API key: ${place}${isApiKeyRevoked ? ' (revoked: it lets nobody in)' : ''}`);
}

/** Ends with a sentence that names the option, where it cannot be served by. */
function orEnd(command: Command, option: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    command.error(`error: ${option}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Both or none. */
function tlsOf({ tlsCert, tlsKey, demo }: ServeOptions, command: Command): TlsFiles | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined)
    return command.error('error: --tls-cert and --tls-key belong together: give both or none');
  // Its own client would have to trust the certificate, under the address the service listens on.
  if (demo) return command.error('error: --demo does not go with --tls-cert and --tls-key');
  return { certFile: resolve(tlsCert), keyFile: resolve(tlsKey) };
}

async function readOidc(file: string, command: Command): Promise<OidcConfig> {
  const { readOidcConfig } = await import('../../handlers/authorize/oidc-config.ts');
  try {
    return readOidcConfig(readFileSync(file, 'utf8'));
  } catch (error) {
    return command.error(`error: --oidc ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** SIGHUP: a renewed certificate. One that cannot be used is said so, and the service goes on with the one it has. */
function reloadOnSignal(service: Service, logger: Logger): void {
  process.on('SIGHUP', () => {
    try {
      service.reloadTls();
      logger.info('certificate and key read again');
    } catch (error) {
      logger.error({ err: error }, 'the certificate is kept: the new one cannot be used');
    }
  });
}

/** First signal: stop cleanly. Second: at once. */
function stopOnSignal(service: Service): { readonly signal: AbortSignal; readonly done: Promise<void> } {
  const stopping = new AbortController();
  const done = new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      if (stopping.signal.aborted) process.exit(1);
      stopping.abort();
      service.stop().then(() => {
        print('Stopped; nothing accepted is lost, the next start goes on with it.');
        resolve();
      }, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  return { signal: stopping.signal, done };
}
