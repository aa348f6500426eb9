import { SFNClient } from '@aws-sdk/client-sfn';
import { clientDefaults } from '../lambda/client-defaults.ts';

/** One for the whole process. */
export const createSfnClient = (): SFNClient => new SFNClient(clientDefaults);
