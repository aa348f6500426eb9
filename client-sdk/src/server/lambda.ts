import type { WebhookReceiver } from './receiver.ts';

/**
 * What of an event is needed: payload format 2.0, which HTTP APIs and function URLs send.
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html)
 */
export interface LambdaHttpEvent {
  readonly version: string;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}

export interface LambdaHttpResult {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/**
 * The receiver behind an API Gateway HTTP API or a function URL. Rejects with a `TypeError` for events of another format
 * (REST APIs and load balancers send 1.0).
 *
 * @example export const handler = toLambdaHandler(receiver);
 */
export function toLambdaHandler(
  receiver: Pick<WebhookReceiver, 'handle'>,
): (event: LambdaHttpEvent) => Promise<LambdaHttpResult> {
  return async (event) => {
    if (event.version !== '2.0') throw new TypeError('The event is not of payload format 2.0.');
    const { method } = event.requestContext.http;
    const headers = new Headers();
    for (const [name, value] of Object.entries(event.headers)) if (value !== undefined) headers.set(name, value);
    const hasBody = method !== 'GET' && method !== 'HEAD' && event.body !== undefined;
    const body = hasBody && { body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8') };
    const answer = await receiver.handle(new Request('http://receiver.invalid/', { method, headers, ...body }));
    return {
      statusCode: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    };
  };
}
