import './lint/typescript-5.ts';
import appsync from '@aws-appsync/eslint-plugin';
import { appsyncJsRules } from './lint/rules.ts';

/** Sources by the plugin's `recommended`, which needs their types; bundles by its `base`: what a shared file brought in counts too. */
export default [
  { ignores: ['build/**', 'lint/**', 'eslint.config.js'] },
  {
    files: ['**/*.ts'],
    ...appsync.configs.recommended,
    languageOptions: {
      ...appsync.configs.recommended.languageOptions,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: { ...appsync.configs.recommended.rules, ...appsyncJsRules },
  },
  {
    files: ['dist/**/*.js'],
    ...appsync.configs.base,
    rules: { ...appsync.configs.base.rules, ...appsyncJsRules },
  },
];
