/**
 * Types for the task modules of workflows: `import type { TaskHandler } from 'statuswire'`. There is nothing here at run
 * time, so that a task module needs no package beside it.
 */
export type { Json } from '../core/contract.ts';
export type { ProgressReport, TaskContext, TaskHandler } from './workflows/task-handler.ts';
