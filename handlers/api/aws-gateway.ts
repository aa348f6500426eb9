import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { problem } from '../../core/problems.ts';
import { problemType } from './problem-answer.ts';
import type { Api } from './types.ts';

/** Of an API Gateway HTTP API's event, payload format 2.0, what is looked at here. */
export type GatewayEvent = Pick<
  APIGatewayProxyEventV2,
  'version' | 'rawPath' | 'rawQueryString' | 'headers' | 'body' | 'isBase64Encoded'
> & {
  readonly requestContext: {
    readonly stage: string;
    readonly domainName: string;
    readonly http: { readonly method: string };
  };
};

/** What API Gateway makes an answer of. */
export interface GatewayAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** The stage whose name stands in no path (API Gateway Developer Guide, "Stages for HTTP APIs"). */
const unnamedStage = '$default';

/** Answer of a synchronous invocation, in bytes (Lambda quotas: 6 MB); the rest is for what surrounds the body. */
const maxAnswerBytes = 6 * 1_024 * 1_024 - 64 * 1_024;

/**
 * Lets an HTTP API invoke the API: payload format 2.0 to requests, and answers back. Under a named stage, whose name the
 * path begins with, all routes are below it. A custom domain's mapping prefix, on the other hand, is never in the path
 * (API Gateway Developer Guide, "Payload format differences"): where there is one, `publicUrl` has to tell it.
 *
 * @param apiUnder the API with all routes below a base path; called once per stage, for the unnamed one at once
 */
export function createGateway(apiUnder: (basePath: string) => Pick<Api, 'fetch'>) {
  const handlers = new Map<string, ReturnType<typeof handlerOf>>();
  const handlerFor = (stage: string) => {
    const known = handlers.get(stage) ?? handlerOf(apiUnder(stage === unnamedStage ? '' : `/${stage}`));
    handlers.set(stage, known);
    return known;
  };
  handlerFor(unnamedStage);
  return async (event: GatewayEvent): Promise<GatewayAnswer> => {
    const answer = await handlerFor(event.requestContext.stage)(asSent(event));
    return Buffer.byteLength(answer.body) > maxAnswerBytes ? tooLarge(answer) : withoutConnection(answer);
  };
}

/** `handle` asks nothing but `fetch` of an app. */
const handlerOf = (api: Pick<Api, 'fetch'>) => {
  const answer = handle(api as Api);
  return (event: GatewayEvent): Promise<GatewayAnswer> => answer(event as unknown as LambdaEvent);
};

/** What cannot stand in a path as it is (RFC 3986 §3.3); a percent sign that escapes something can. */
const outsideOfPaths = /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]/gu;

/**
 * The request as the client wrote it. An HTTP API hands the path over decoded: a question mark in it would begin a query,
 * and a space is in no URL. A body of GET or HEAD means nothing (RFC 9110 §9.3.1), and no `Request` can have one.
 */
function asSent(event: GatewayEvent): GatewayEvent {
  const { body: _, ...bodiless } = event;
  const { method } = event.requestContext.http;
  return {
    ...(method === 'GET' || method === 'HEAD' ? bodiless : event),
    rawPath: event.rawPath.toWellFormed().replace(outsideOfPaths, encodeURIComponent),
  };
}

/** Between API Gateway and the client the connection is API Gateway's (RFC 9110 §7.6.1). */
function withoutConnection(answer: GatewayAnswer): GatewayAnswer {
  const { connection: _, ...headers } = answer.headers;
  return { ...answer, headers };
}

/** Lambda would drop it, and the client hear nothing of the reason. */
function tooLarge({ headers }: GatewayAnswer): GatewayAnswer {
  const what = problem('internal', 'The answer is larger than the 6 MB that fit here: ask for less at a time.');
  return {
    statusCode: what.status,
    headers: { ...headers, 'content-type': problemType },
    body: JSON.stringify(what),
    isBase64Encoded: false,
  };
}
