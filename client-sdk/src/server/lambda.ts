import type { WebhookReceiver } from './receiver.ts';

type Texts = { readonly [name: string]: string | undefined };
type TextLists = { readonly [name: string]: readonly string[] | undefined };

/**
 * What of an event of payload format 2.0 is needed, which HTTP APIs and function URLs send.
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html)
 */
export interface LambdaHttpEvent {
  /** `2.0`. */
  readonly version: string;
  readonly headers: Texts;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string | null | undefined;
  readonly isBase64Encoded: boolean;
}

/**
 * What of an event of payload format 1.0 is needed, which REST APIs send, HTTP APIs where they are told to, and Application
 * Load Balancers with less in it. A load balancer sends either kind of headers, by its target group's attribute
 * `lambda.multi_value_headers.enabled`, and wants the answer's in the same kind.
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html)
 */
export interface LambdaProxyEvent {
  readonly httpMethod: string;
  readonly headers?: Texts | null | undefined;
  readonly multiValueHeaders?: TextLists | null | undefined;
  readonly requestContext?: object | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

export interface LambdaHttpResult {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  /** Only for a load balancer that sent headers so; it reads no others then. */
  readonly multiValueHeaders?: { readonly [name: string]: string[] };
  readonly body: string;
  readonly isBase64Encoded: false;
}

/**
 * The receiver behind API Gateway (an HTTP API or a REST API), a function URL or an Application Load Balancer: payload
 * formats 1.0 and 2.0. Rejects with a `TypeError` for what is none of these.
 *
 * @example export const handler = toLambdaHandler(receiver);
 */
export function toLambdaHandler(
  receiver: Pick<WebhookReceiver, 'handle'>,
): (event: LambdaHttpEvent | LambdaProxyEvent) => Promise<LambdaHttpResult> {
  return async (event) => {
    const method = methodOf(event);
    const headers = headersOf(event);
    const hasBody = method !== 'GET' && method !== 'HEAD' && typeof event.body === 'string';
    const body = hasBody && { body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8') };
    const answer = await receiver.handle(new Request('http://receiver.invalid/', { method, headers, ...body }));
    return {
      statusCode: answer.status,
      headers: Object.fromEntries(answer.headers),
      ...(isMultiValued(event) && {
        multiValueHeaders: Object.fromEntries([...answer.headers].map(([name, value]) => [name, [value]])),
      }),
      body: await answer.text(),
      isBase64Encoded: false,
    };
  };
}

function methodOf(event: LambdaHttpEvent | LambdaProxyEvent): string {
  const method = 'httpMethod' in event ? event.httpMethod : event.requestContext?.http?.method;
  if (typeof method === 'string') return method;
  throw new TypeError('The event is neither of API Gateway, nor of a function URL or a load balancer.');
}

/** As they came, many of a name in turn. REST APIs send both kinds, and `headers` then has the last of each name. */
function headersOf(event: LambdaHttpEvent | LambdaProxyEvent): Headers {
  const headers = new Headers();
  const lists = 'multiValueHeaders' in event ? Object.entries(event.multiValueHeaders ?? {}) : [];
  for (const [name, values] of lists) for (const value of values ?? []) headers.append(name, value);
  const given = new Set([...headers.keys()]);
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined && !given.has(name.toLowerCase())) headers.append(name, value);
  }
  return headers;
}

const isMultiValued = (event: LambdaHttpEvent | LambdaProxyEvent): boolean =>
  !event.headers && 'multiValueHeaders' in event && !!event.multiValueHeaders;
