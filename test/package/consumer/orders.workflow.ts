// Made by `statuswire types` from the state machine definitions: change those and make it anew.

/** Takes an order: payment, stock, shipping. */
export interface OrdersWorkflow {
  /** Every state, with the states that may follow it. */
  readonly states: {
    readonly ProcessPayment: 'CheckInventory' | 'PaymentFailureHandler';
    readonly CheckInventory: 'InventoryCheckPassed' | 'InventoryFailureHandler';
    readonly InventoryCheckPassed: 'InitiateShipping' | 'InventoryFailureHandler';
    readonly InitiateShipping: never;
    readonly PaymentFailureHandler: never;
    readonly InventoryFailureHandler: never;
  };
  /** Where an execution ends. */
  readonly terminal: 'InitiateShipping' | 'PaymentFailureHandler' | 'InventoryFailureHandler';
  /** What Fail states and Catch name. */
  readonly errors: 'InventoryCheckError' | 'PaymentProcessingError';
}

/** The workflows by name: `createStatusClient<Workflows>(…)`. */
export interface Workflows {
  readonly orders: OrdersWorkflow;
}
