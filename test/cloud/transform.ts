/** As CloudFormation reads it, of which this needs little. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
}

export type Properties = Readonly<Record<string, unknown>>;

/** What one step of the transform did. */
export interface Step {
  readonly name: string;
  /** How many places it changed. A step that finds none has no reason any more. */
  readonly changed: number;
}

export interface Transformed {
  readonly template: Template;
  readonly steps: readonly Step[];
}

export interface TransformOptions {
  /** Where the emulated cloud is, without a slash at the end. */
  readonly url: string;
  /** Where clients reach its WebSocket APIs: see `support/front.ts`. */
  readonly socketUrl: string;
}

/** Rewrites a resource, or anything within it; the very same thing when it has nothing to say. */
interface Rewriting {
  /** Whole resources. */
  readonly resource?: (resource: Resource) => Resource;
  /** Objects within resources and outputs, intrinsic functions above all. */
  readonly part?: (value: Properties) => unknown;
}

/**
 * Makes of the template that the CDK synthesized one that the emulated cloud can deploy. Everything here is something that
 * ministack 1.5.33 does otherwise than AWS; nothing else is touched.
 */
export function transform(template: Template, { url, socketUrl }: TransformOptions): Transformed {
  const typeOf = (id: unknown): string | undefined => template.Resources[String(id)]?.Type;
  const isApi = (part: unknown): part is { readonly Ref: string } => typeOf(refOf(part)) === 'AWS::ApiGatewayV2::Api';
  const steps: Readonly<Record<string, Rewriting>> = {
    // On the loopback there is plain HTTP only, which these statements are there to refuse.
    'statements that demand TLS': {
      resource(resource) {
        const document = resource.Properties?.PolicyDocument as Properties | undefined;
        const statements = document?.Statement;
        if (!Array.isArray(statements)) return resource;
        const left = statements.filter(
          (statement) => !JSON.stringify(statement).includes('"aws:SecureTransport":"false"'),
        );
        if (left.length === statements.length) return resource;
        return {
          ...resource,
          Properties: { ...resource.Properties, PolicyDocument: { ...document, Statement: left } },
        };
      },
    },
    // On AWS a batch needs the permission of the single action; there it is an action of its own.
    'batches of messages': {
      part(value) {
        const actions = [value.Action ?? []].flat();
        const batches = actions.filter((action) => action === 'sns:Publish' || action === 'sqs:SendMessage');
        return value.Effect === 'Allow' && batches.length > 0
          ? { ...value, Action: [...actions, ...batches.map((action) => `${action}Batch`)] }
          : value;
      },
    },
    // It asks the Lambda authorizer about signed requests, too, so nobody can publish. The fan-out is told of no API.
    'nothing published to AppSync': {
      part(value) {
        const { STATUSWIRE_TOPIC, STATUSWIRE_GRAPHQL_URL, ...others } = value;
        return STATUSWIRE_TOPIC && STATUSWIRE_GRAPHQL_URL ? { ...others, STATUSWIRE_TOPIC } : value;
      },
    },
    // `Ref` of a secret is its ARN on AWS, and its name there, which is no resource of any policy.
    'secrets by ARN': {
      part: (value) =>
        typeOf(refOf(value)) === 'AWS::SecretsManager::Secret' ? { 'Fn::GetAtt': [refOf(value), 'Id'] } : value,
    },
    // It leaves punctuation in whatever the template says, unless each character is named.
    'secrets without punctuation': {
      part: (value) =>
        value.ExcludePunctuation === true
          ? { ...value, ExcludeCharacters: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' }
          : value,
    },
    // Names of hosts do not resolve there; each API has a path of its own on the one address.
    'addresses of APIs': {
      part(value) {
        const [id, attribute] = attributeOf(value);
        if (attribute === 'ApiEndpoint' && isApi({ Ref: id })) return pathOf(url, { Ref: String(id) }, []);
        if (attribute === 'GraphQLUrl') {
          return { 'Fn::Join': ['', [`${url}/v1/apis/`, { 'Fn::GetAtt': [id, 'ApiId'] }, '/graphql']] };
        }
        const [scheme, api, host, ...rest] = joined(value);
        if (!isApi(api) || !/^(https|wss):\/\/$/.test(String(scheme)) || !String(host).startsWith('.execute-api.')) {
          return value;
        }
        return pathOf(scheme === 'wss://' ? socketUrl : url, api, afterHost(rest));
      },
    },
    // It has no metric math: such an alarm watches the first of its metrics there.
    'alarms without metric math': {
      resource(resource) {
        const metrics = resource.Properties?.Metrics as readonly Properties[] | undefined;
        const stat = metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat as Properties | undefined;
        if (resource.Type !== 'AWS::CloudWatch::Alarm' || !stat) return resource;
        const { Metrics: _, ...properties } = resource.Properties ?? {};
        const { Metric, Period } = stat;
        return { ...resource, Properties: { ...properties, ...(Metric as Properties), Period, Statistic: 'Sum' } };
      },
    },
    // It knows no patterns for JSON, and passes nothing through a filter that has one.
    'log filters without a pattern': {
      resource: (resource) =>
        resource.Type === 'AWS::Logs::SubscriptionFilter' && resource.Properties?.FilterPattern
          ? { ...resource, Properties: { ...resource.Properties, FilterPattern: '' } }
          : resource,
    },
  };

  let result = template;
  const done: Step[] = [];
  for (const [name, rewriting] of Object.entries(steps)) {
    let changed = 0;
    const counted = <T>(before: T, after: T): T => {
      if (after !== before) changed += 1;
      return after;
    };
    const { resource = (whole: Resource) => whole, part = (value: Properties) => value } = rewriting;
    const walk = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(walk);
      if (typeof value !== 'object' || value === null) return value;
      const own = value as Properties;
      const rewritten = counted<unknown>(own, part(own));
      if (rewritten !== own) return rewritten;
      return Object.fromEntries(Object.entries(own).map(([key, inner]) => [key, walk(inner)]));
    };
    const resources = Object.entries(result.Resources).map(([id, whole]) => [
      id,
      walk(counted(whole, resource(whole))) as Resource,
    ]);
    result = {
      ...result,
      Resources: Object.fromEntries(resources),
      ...(result.Outputs && { Outputs: walk(result.Outputs) as Properties }),
    };
    done.push({ name, changed });
  }
  return { template: result, steps: done };
}

const isPlain = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refOf = (value: unknown): unknown => (isPlain(value) ? value.Ref : undefined);

/** `[id, attribute]` of a `Fn::GetAtt`. */
function attributeOf(value: Properties): readonly unknown[] {
  const attribute = value['Fn::GetAtt'];
  return Array.isArray(attribute) ? attribute : [];
}

/** What a `Fn::Join` without a separator joins. */
function joined(value: Properties): readonly unknown[] {
  const join = value['Fn::Join'];
  return Array.isArray(join) && join[0] === '' && Array.isArray(join[1]) ? join[1] : [];
}

/** What follows the name of a host that is written in several parts (region, domain). */
function afterHost(parts: readonly unknown[]): readonly unknown[] {
  const slash = parts.findIndex((part) => typeof part === 'string' && part.includes('/'));
  if (slash < 0) return [];
  const first = String(parts[slash]);
  return [first.slice(first.indexOf('/')), ...parts.slice(slash + 1)];
}

function pathOf(base: string, api: { readonly Ref: string }, rest: readonly unknown[]): unknown {
  const path = rest.length === 1 && rest[0] === '/' ? [] : rest;
  return { 'Fn::Join': ['', [`${base}/_aws/execute-api/`, api, ...path]] };
}
