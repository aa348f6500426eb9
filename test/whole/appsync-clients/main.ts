import { ApolloClient, type ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Amplify } from 'aws-amplify';
import { generateClient } from 'aws-amplify/api';
import { createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link';
import {
  apiKey,
  call,
  endedLog,
  endpoint,
  type Heard,
  listen,
  messages,
  overhear,
  received,
  watchOne,
} from './service.ts';

/**
 * The official clients against the service of SERVICE_URL, in a process of its own: they take certificates that nobody
 * signed only by NODE_EXTRA_CA_CERTS, which Node reads when it starts. Prints what they got as one line of JSON.
 */
overhear();
Amplify.configure({ API: { GraphQL: { endpoint, region: 'eu-west-1', defaultAuthMode: 'apiKey', apiKey } } });

type Observable = { readonly subscribe: Parameters<typeof listen>[0] };
interface Call {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly authMode?: 'lambda';
  readonly authToken?: string;
}
const amplify = generateClient();
const amplifyOf = (request: Call): Heard => {
  const observable = amplify.graphql(request) as unknown as Observable;
  return listen((observer) => observable.subscribe(observer));
};
// Its types are those of Apollo's CommonJS build, which are others than ours.
const subscriptionLink = createSubscriptionHandshakeLink as unknown as (config: object, http: ApolloLink) => ApolloLink;
const apolloOf = (key: string): ApolloClient => {
  const auth = { type: 'API_KEY', apiKey: key };
  const http = new HttpLink({ uri: endpoint, headers: { 'x-api-key': key } });
  const link = subscriptionLink({ url: endpoint, region: 'eu-west-1', auth }, http);
  return new ApolloClient({ cache: new InMemoryCache(), link });
};
const apollo = apolloOf(apiKey);
const query = gql(watchOne);
const apolloHears = (client: ApolloClient, variables: Record<string, unknown>): Heard =>
  listen((observer) => client.subscribe({ query, variables, fetchPolicy: 'no-cache' }).subscribe(observer));

const other = await call('/keys', { tenant: 'other', scopes: ['read', 'start'], label: 'another tenant' });
const otherKey = String(other.key ?? other.secret);
const workflow = 'orders';
const minted = await call('/tokens', { executions: [{ workflow, id: 'one' }] });

const heard = {
  amplifyOne: amplifyOf({ query: watchOne, variables: { workflow, id: 'one' } }),
  amplifyAll: amplifyOf({ query: watchOne, variables: { workflow } }),
  // On the connection that the API key opened.
  amplifyByToken: amplifyOf({
    query: watchOne,
    variables: { workflow, id: 'one' },
    authMode: 'lambda',
    authToken: `sw_${minted.token}`,
  }),
  amplifyNullId: amplifyOf({ query: watchOne, variables: { workflow, id: null } }),
  apolloOne: apolloHears(apollo, { workflow, id: 'one' }),
  apolloAll: apolloHears(apollo, { workflow }),
  apolloOther: apolloHears(apolloOf(otherKey), { workflow }),
};
await messages('start_ack', Object.keys(heard).length);

await Promise.all([
  call('/executions/orders', { id: 'one', input: { orderId: 'o-1', total: 42 } }),
  call('/executions/orders', { id: 'two', input: { orderId: 'o-2' } }),
  call('/executions/orders', { id: 'foreign', input: { orderId: 'o-3' } }, otherKey),
]);
const logs = { one: await endedLog('one'), two: await endedLog('two'), foreign: await endedLog('foreign', otherKey) };
const ends = 2 * 2 + 3 * 1;
const ended = (): number => Object.values(heard).flatMap(({ updates }) => updates.filter(isDone)).length;
while (ended() < ends + 1) await new Promise((resolve) => setImmediate(resolve));

const status = await amplify.graphql({
  query: 'query ($id: ID!) { status(workflow: "orders", id: $id) { seq status } }',
  variables: { id: 'one' },
});
const apolloStatus = await apollo.query({
  query: gql`{ updates(workflow: "orders", id: "one", limit: 1) { updates { seq } } }`,
});

const before = received.filter((type) => type === 'complete').length;
for (const { stop } of Object.values(heard)) stop();
await messages('complete', before + Object.keys(heard).length);

const wrong = 'sw_nobody_0123456789abcdef0123';
const wrongAmplify = amplifyOf({ query: watchOne, variables: { workflow }, authMode: 'lambda', authToken: wrong });
const failures = {
  amplify: await wrongAmplify.failed,
  apollo: await apolloHears(apolloOf(wrong), { workflow }).failed,
  amplifyQuery: await errorOf(() => amplify.graphql({ query: '{ __typename }', authMode: 'lambda', authToken: wrong })),
};

process.stdout.write(
  JSON.stringify({
    logs,
    heard: Object.fromEntries(Object.entries(heard).map(([name, { updates }]) => [name, updates])),
    status,
    apolloStatus: apolloStatus.data,
    failures,
    received: [...new Set(received)].sort(),
  }),
  () => process.exit(0),
);

async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return error;
  }
}

function isDone(update: unknown): boolean {
  return (update as { readonly done: boolean }).done;
}
