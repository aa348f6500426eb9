/**
 * Executions of which EventBridge tells nothing: of the first nobody does, the second is asked for by the intake as well, of
 * the third the history tells the end.
 */
export const lost = ['cloud-lost', 'cloud-begun', 'cloud-logged'] as const;
export const lostInput = { total: 3 };
