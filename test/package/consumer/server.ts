// What a server and a test are written with.
import { createStatusClient } from '@statuswire/client';
import { createWebhookReceiver } from '@statuswire/client/server';
import * as testing from '@statuswire/client/testing';

const receiver = createWebhookReceiver({ secret: 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' });
export const POST = (request: Request): Promise<Response> => receiver.handle(request);
export const client = createStatusClient({ url: 'https://status.example.com', channels: [receiver.channel()] });
export const kit: object = testing;
