import { ApolloClient, type ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Amplify } from 'aws-amplify';
import { generateClient } from 'aws-amplify/api';
import { createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link';
import { oidcIssuer } from '../../support/appsync-emulator/oidc.ts';
import { startStage } from '../../support/appsync-emulator/stage.ts';
import { type Heard, listen, messages, overhear, received, watchOne } from '../../whole/appsync-clients/service.ts';
import { type Expected, published } from './published.ts';

/**
 * AWS's own clients on the emulated AppSync, in a process of its own: they take a certificate that nobody signed only by
 * NODE_EXTRA_CA_CERTS, which Node reads when it starts. Prints what they got as one line of JSON.
 */
overhear();
const { TLS_CERT: certFile = '', TLS_KEY: keyFile = '' } = process.env;
const issuer = await oidcIssuer();
const stage = await startStage({ certFile, keyFile }, issuer.options);
const { endpoint } = stage;
// amplify sends it as it is, and looks at nothing but its `toString` and `payload`.
const signedIn = await issuer.sign({ org: 'default', may_read: ['orders'] });
const accessToken = { toString: () => signedIn, payload: {} };
Amplify.configure(
  { API: { GraphQL: { endpoint, region: 'eu-west-1', defaultAuthMode: 'lambda' } } },
  { Auth: { tokenProvider: { getTokens: async () => ({ accessToken }) } } },
);

const key = stage.keyFor('default');
const named = await stage.tokenFor({ type: 'executions', executions: [{ workflow: 'orders', id: 'one' }] });
const ofWorkflow = await stage.tokenFor({ type: 'workflow', workflow: 'orders' });
const other = stage.keyFor('other');

type Observable = { readonly subscribe: Parameters<typeof listen>[0] };
const amplify = generateClient();
const amplifyHears = (authToken: string, variables: Record<string, unknown>): Heard => {
  const observable = amplify.graphql({ query: watchOne, variables, authMode: 'lambda', authToken });
  return listen((observer) => (observable as unknown as Observable).subscribe(observer));
};
const amplifyHearsSignedIn = (variables: Record<string, unknown>): Heard => {
  const observable = amplify.graphql({ query: watchOne, variables, authMode: 'oidc' });
  return listen((observer) => (observable as unknown as Observable).subscribe(observer));
};
// Its types are those of Apollo's CommonJS build, which are others than ours.
const subscriptionLink = createSubscriptionHandshakeLink as unknown as (config: object, http: ApolloLink) => ApolloLink;
const apolloOf = (token: string): ApolloClient => {
  const http = new HttpLink({ uri: endpoint, headers: { authorization: token } });
  const link = subscriptionLink({ url: endpoint, region: 'eu-west-1', auth: { type: 'AWS_LAMBDA', token } }, http);
  return new ApolloClient({ cache: new InMemoryCache(), link });
};
const query = gql(watchOne);
const apolloHears = (token: string, variables: Record<string, unknown>): Heard =>
  listen((observer) => apolloOf(token).subscribe({ query, variables, fetchPolicy: 'no-cache' }).subscribe(observer));

const workflow = 'orders';
const heard: { readonly [client in keyof Expected]: Heard } = {
  amplifyOne: amplifyHears(key, { workflow, id: 'one' }),
  amplifyAll: amplifyHears(key, { workflow }),
  amplifyNamed: amplifyHears(named, { workflow, id: 'one' }),
  amplifyNull: amplifyHears(key, { workflow, id: null }),
  amplifyOidc: amplifyHearsSignedIn({ workflow }),
  apolloOne: apolloHears(key, { workflow, id: 'one' }),
  apolloWorkflow: apolloHears(ofWorkflow, { workflow }),
  apolloOther: apolloHears(other, { workflow }),
};
await messages('start_ack', Object.keys(heard).length);
for (const update of published) await stage.publish(update);
// Each socket brings what it brings in order, and the last of each scope is published last of all.
const isOver = ({ updates }: Heard): boolean =>
  (updates.at(-1) as { readonly done?: boolean } | undefined)?.done === true;
const telling = Object.entries(heard).filter(([name]) => name !== 'amplifyNull');
while (!telling.every(([, one]) => isOver(one))) await new Promise((resolve) => setImmediate(resolve));

const status = await amplify.graphql({
  query: 'query ($id: ID!) { status(workflow: "orders", id: $id) { seq output } }',
  variables: { id: 'one' },
  authMode: 'lambda',
  authToken: named,
});
const before = received.filter((type) => type === 'complete').length;
for (const { stop } of Object.values(heard)) stop();
await messages('complete', before + Object.keys(heard).length);

const failures = {
  amplifyOidc: await amplifyHearsSignedIn({ workflow: 'parcels' }).failed,
  amplifyWithoutId: await amplifyHears(named, { workflow }).failed,
  apolloUnnamed: await apolloHears(named, { workflow, id: 'two' }).failed,
  apolloWrong: await apolloHears('sw_nobody_0123456789abcdef0123', { workflow }).failed,
};
const updatesByClient = Object.entries(heard).map(([name, { updates }]) => [name, updates]);
process.stdout.write(
  JSON.stringify({
    heard: Object.fromEntries(updatesByClient),
    status,
    failures,
    received: [...new Set(received)].sort(),
  }),
  () => process.exit(0),
);
