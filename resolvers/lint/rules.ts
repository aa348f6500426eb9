import { documented, forbiddenGlobals, forbiddenMethods, staticsAlone } from './documented.ts';

/** What APPSYNC_JS lacks and @aws-appsync/eslint-plugin lets pass: each an ESLint selector and what to do instead. */
const syntax: readonly { readonly selector: string; readonly message: string }[] = [
  { selector: 'ThrowStatement', message: 'There is no throw: use util.error() or util.unauthorized().' },
  { selector: 'NewExpression', message: 'There is no new: nothing can be constructed.' },
  { selector: ':function[generator=true]', message: 'There are no generators.' },
  { selector: 'ClassExpression', message: 'There are no classes.' },
  { selector: 'ImportExpression', message: 'There is no dynamic import.' },
  { selector: 'MetaProperty', message: 'There is no import.meta and no new.target.' },
  { selector: 'TaggedTemplateExpression', message: 'A tag is a function that is passed on.' },
  { selector: 'Property[kind!="init"]', message: 'There are no accessors.' },
  { selector: 'Literal[bigint]', message: 'There are no big integers.' },
  { selector: 'WithStatement, DebuggerStatement', message: 'Not in strict mode, and not here.' },
  { selector: 'Identifier[name="arguments"]', message: 'Use rest parameters.' },
  {
    selector: 'ImportDeclaration[source.value!="@aws-appsync/utils"][source.value!=/^\\./]',
    message: 'Only @aws-appsync/utils is there; all else must be bundled.',
  },
  {
    selector: 'CallExpression[callee.property.name="sort"][arguments.length>0]',
    message: 'sort() takes no arguments.',
  },
  {
    selector: `CallExpression[callee.property.name=/^(?:${forbiddenMethods.join('|')})$/]`,
    message: 'This method is not among the documented ones; see lint/documented.ts.',
  },
  ...Object.entries(staticsAlone).map(([object, names]) => ({
    selector: `CallExpression[callee.property.name=/^(?:${names.join('|')})$/][callee.object.name!="${object}"]`,
    message: `Only ${object} has this method.`,
  })),
  ...Object.entries(documented.statics).flatMap(([object, names]) => [
    {
      selector: `MemberExpression[object.name="${object}"][computed=false][property.name!=/^(?:${names.join('|')})$/]`,
      message: `${object} has only: ${names.join(', ')}.`,
    },
    { selector: `MemberExpression[object.name="${object}"][computed=true]`, message: `Name the member of ${object}.` },
    {
      selector: `:not(MemberExpression) > Identifier[name="${object}"]`,
      message: `${object} is no value to hand on, and no function to call.`,
    },
  ]),
];

/** To be added to the plugin's own rules; needs no types, so it judges bundles as well. */
export const appsyncJsRules = {
  'no-restricted-syntax': ['error', ...syntax],
  'no-restricted-globals': [
    'error',
    ...forbiddenGlobals.map((name) => ({ name, message: 'APPSYNC_JS has no such global.' })),
  ],
} as const;
