import { Token } from 'aws-cdk-lib';
import { normalOrigin } from '../../core/addresses.ts';

/**
 * Origins as browsers send them, by the rule of the embedded service. One that is known only at deployment is left as it is.
 *
 * @throws Error that names the origin and the reason.
 */
export function checkOrigins(origins: readonly string[]): readonly string[] {
  return origins.map((origin) => {
    if (Token.isUnresolved(origin)) return origin;
    try {
      return normalOrigin(origin);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`origins cannot have ${JSON.stringify(origin)}: ${reason}`, { cause: error });
    }
  });
}
