export type {
  ChannelProps,
  CustomDomainProps,
  RestoredTable,
  StatusNotificationsProps,
  WorkflowProps,
} from './props.ts';
export { StatusNotifications } from './status-notifications.ts';
export type { UpdateFilter } from './updates-topic.ts';
