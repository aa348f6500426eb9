import type { Report } from '../../handlers/graphql/errors.ts';
import type { Ground } from './ground.ts';

/** Logs what nobody expected, and answers the id that the caller hears and its log line has (S26). */
export const createIncidents =
  ({ telemetry, newId }: Pick<Ground, 'telemetry' | 'newId'>): Report =>
  (error) => {
    const incident = newId();
    telemetry.error('an unexpected error', { error, incident });
    return incident;
  };
