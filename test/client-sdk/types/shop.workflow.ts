// Made by `statuswire types` from the state machine definitions: change those and make it anew.

/** Sells something. */
export interface ShopWorkflow {
  /** Every state, with the states that may follow it. */
  readonly states: {
    /** Looks at the basket. */
    readonly Validate: 'Fork' | 'Rejected';
    readonly Fork: 'Each' | 'Rejected';
    /** Charges the card. */
    readonly Charge: 'Receipt';
    readonly Receipt: never;
    readonly Reserve: never;
    readonly Each: 'Old';
    readonly Pack: never;
    readonly Old: 'All "there"? It\'s done';
    readonly Ship: never;
    readonly 'All "there"? It\'s done': 'Done' | 'Rejected' | 'Each';
    readonly Done: never;
    readonly Rejected: never;
  };
  /** Where an execution ends. */
  readonly terminal: 'Done' | 'Rejected';
  /** What Fail states and Catch name. */
  readonly errors: 'BasketEmpty' | 'Rejected' | 'States.Timeout';
}

/** The workflows by name: `createStatusClient<Workflows>(…)`. */
export interface Workflows {
  readonly shop: ShopWorkflow;
}
