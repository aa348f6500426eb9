import { unavailable } from '../../core/unavailable.ts';
import { createVerifier, type Verifier, type VerifierOptions } from '../../handlers/authorize/verifier.ts';
import type { TokenSecrets } from './token-secrets.ts';

export interface RenewingVerifierOptions extends Omit<VerifierOptions, 'tokenSecrets'> {
  /** Answers the same object until the secret changes. */
  readonly tokenSecrets: () => Promise<TokenSecrets>;
}

/**
 * A verifier that is made when the first credential comes, and anew when the secret of tokens has changed: everything that
 * an old one remembers goes with it. While the secret cannot be had nobody is let in: `verify` and `mintToken` reject.
 */
export function createRenewingVerifier({ tokenSecrets, ...options }: RenewingVerifierOptions): Verifier {
  let made: { readonly secrets: TokenSecrets; readonly verifier: Verifier } | null = null;

  async function present(): Promise<Verifier> {
    const secrets = await tokenSecrets().catch((error: unknown) => {
      throw unavailable('The secret that signs watch tokens cannot be had.', error);
    });
    if (made?.secrets !== secrets) {
      made = { secrets, verifier: createVerifier({ ...options, tokenSecrets: secrets.keys }) };
    }
    return made.verifier;
  }

  return {
    // Without a credential there is nothing to look up, and no reason to make anybody wait.
    verify: async (credential) => (credential ? (await present()).verify(credential) : null),
    // Only who has asked for the secret can tell whether it still counts.
    remembered: () => null,
    mintToken: async (...asked) => (await present()).mintToken(...asked),
    forgetKey: (id) => made?.verifier.forgetKey(id),
  };
}
