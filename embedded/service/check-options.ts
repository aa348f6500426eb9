import { normalBasePath, normalOrigin, normalPublicUrl } from '../../core/addresses.ts';
import { createAddressRules } from '../../handlers/egress/address-rules.ts';
import { checkDataFolder, checkFolder } from './folders.ts';
import type { ServiceOptions } from './options.ts';

/**
 * Brings what can be spelt in several ways to one spelling, and refuses what could not be served by.
 *
 * @throws Error that names the option and the reason.
 */
export function checkOptions(options: ServiceOptions): ServiceOptions {
  const {
    dataFolder,
    workflowsFolder,
    basePath,
    publicUrl,
    origins = [],
    webhookAllow = [],
    trustProxy = [],
  } = options;
  checked('dataFolder', dataFolder, checkDataFolder);
  if (workflowsFolder !== undefined) checked('workflowsFolder', workflowsFolder, checkFolder);
  for (const range of webhookAllow) checked('webhookAllow', range, checkRange);
  for (const range of trustProxy) checked('trustProxy', range, checkRange);
  const normal = origins.map((origin) => checked('origins', origin, normalOrigin));
  return {
    ...options,
    basePath: checked('basePath', basePath ?? '', normalBasePath),
    ...(publicUrl === undefined ? {} : { publicUrl: checked('publicUrl', publicUrl, normalPublicUrl) }),
    // The list itself where nothing in it changes: its owner may add to it later.
    origins: normal.every((origin, at) => origin === origins[at]) ? origins : normal,
  };
}

/** @throws Error with the reason. */
export function checkRange(range: string): string {
  createAddressRules([range]);
  return range;
}

function checked<T>(option: keyof ServiceOptions, value: string, check: (value: string) => T): T {
  try {
    return check(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The option ${option} cannot be ${JSON.stringify(value)}: ${reason}`, { cause: error });
  }
}
