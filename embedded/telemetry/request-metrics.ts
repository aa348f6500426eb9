import type { Registry } from 'prom-client';

export interface RequestMetrics {
  /** Counts one answered request. The labels come from fixed sets; none may be a caller's choice. */
  observe(method: string, route: string, status: number, seconds: number): void;
}

/** Seconds; a long poll is held for up to 20. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20] as const;

interface Series {
  /** Durations by the first bound that they do not exceed; the last place is for those above all. Not cumulative. */
  readonly durations: number[];
  seconds: number;
  /** By method, then status. */
  readonly answers: Map<string, Map<number, number>>;
}

interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

interface Description {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'histogram';
  readonly labelNames: readonly string[];
}

const counts: Description = {
  name: 'statuswire_http_requests_total',
  help: 'HTTP answers',
  type: 'counter',
  labelNames: ['method', 'route', 'status'],
};
const durations: Description = {
  name: 'statuswire_http_request_seconds',
  help: 'Duration of HTTP requests',
  type: 'histogram',
  labelNames: ['route'],
};

/**
 * `http_requests_total` and `http_request_seconds`, counted in plain numbers and put into the registry's form only when
 * it is read: prom-client sorts and joins the labels at every call, which was a quarter of answering `GET /status`.
 */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const byRoute = new Map<string, Series>();
  const register = (description: Description, values: () => Value[]): void => {
    const metric = { ...description, aggregator: 'sum', get: async () => ({ ...description, values: values() }) };
    // All that a registry asks of a metric is `name` and `get`; its types know only the four classes.
    registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
  };
  register(counts, () => [...byRoute].flatMap(([route, series]) => answersOf(route, series)));
  register(durations, () => [...byRoute].flatMap(([route, series]) => durationsOf(route, series)));

  return {
    observe(method, route, status, seconds) {
      const series = byRoute.get(route) ?? addSeries(byRoute, route);
      let place = 0;
      while (place < bounds.length && seconds > (bounds[place] ?? 0)) place += 1;
      series.durations[place] = (series.durations[place] ?? 0) + 1;
      series.seconds += seconds;
      const statuses = series.answers.get(method) ?? new Map<number, number>();
      if (statuses.size === 0) series.answers.set(method, statuses);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    },
  };
}

function addSeries(byRoute: Map<string, Series>, route: string): Series {
  const series: Series = { durations: Array(bounds.length + 1).fill(0), seconds: 0, answers: new Map() };
  byRoute.set(route, series);
  return series;
}

const answersOf = (route: string, { answers }: Series): Value[] =>
  [...answers].flatMap(([method, statuses]) =>
    [...statuses].map(([status, value]) => ({ labels: { method, route, status }, value })),
  );

/** Buckets are cumulative where they are read (Prometheus, histograms). */
function durationsOf(route: string, { durations: places, seconds }: Series): Value[] {
  const { name } = durations;
  let total = 0;
  const buckets = places.map((count, place) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { le: bounds[place] ?? '+Inf', route }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { route }, value: seconds },
    { metricName: `${name}_count`, labels: { route }, value: total },
  ];
}
