/** A definition with everything that has names in it; shop.asl.json is the same. */
export const shop = {
  Comment: 'Sells something.',
  StartAt: 'Validate',
  States: {
    Validate: {
      Type: 'Task',
      Comment: 'Looks at the basket.',
      Catch: [{ ErrorEquals: ['BasketEmpty', 'States.Timeout'], Next: 'Rejected' }],
      Next: 'Fork',
    },
    Fork: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Charge',
          States: {
            Charge: { Type: 'Task', Comment: 'Charges the card.', Next: 'Receipt' },
            Receipt: { Type: 'Task', End: true },
          },
        },
        { StartAt: 'Reserve', States: { Reserve: { Type: 'Task', End: true } } },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rejected' }],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      ItemProcessor: { StartAt: 'Pack', States: { Pack: { Type: 'Task', End: true } } },
      Next: 'Old',
    },
    Old: {
      Type: 'Map',
      Iterator: { StartAt: 'Ship', States: { Ship: { Type: 'Task', End: true } } },
      Next: 'All "there"? It\'s done',
    },
    'All "there"? It\'s done': {
      Type: 'Choice',
      Choices: [
        { Variable: '$.left', NumericEquals: 0, Next: 'Done' },
        { Variable: '$.left', NumericGreaterThan: 9, Next: 'Rejected' },
      ],
      Default: 'Each',
    },
    Done: { Type: 'Succeed' },
    Rejected: { Type: 'Fail', Error: 'Rejected', Cause: 'Not today' },
  },
} as const;
