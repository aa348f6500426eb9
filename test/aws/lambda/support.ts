import type { MetricName, Telemetry } from '../../../aws/lambda/telemetry.ts';

export interface FakeTelemetry extends Telemetry {
  readonly lines: { readonly level: string; readonly message: string; readonly more: Record<string, unknown> }[];
  readonly measured: (readonly [MetricName, number])[];
}

/** Keeps what a Lambda tells about itself. */
export function fakeTelemetry(): FakeTelemetry {
  const lines: FakeTelemetry['lines'] = [];
  const measured: FakeTelemetry['measured'] = [];
  const line =
    (level: string) =>
    (message: string, more = {}) =>
      void lines.push({ level, message, more });
  return {
    lines,
    measured,
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    measure: (name, value) => void measured.push([name, value]),
    begin: (requestId) => line('begin')(requestId),
    publish: () => line('publish')(''),
  };
}
