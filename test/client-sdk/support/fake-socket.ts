export {
  createTestSocket as createFakeSocket,
  type SocketMessage as Message,
  type TestSocket as FakeSocket,
} from '../../../client-sdk/src/testing/socket.ts';
