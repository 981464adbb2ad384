import tseslint from 'typescript-eslint';
import { layers } from './docs/layers.js';

/** What a package may not import, by the table in docs/layers.js. */
const direction = Object.entries(layers).map(([name, allowed]) => ({
  files: [`packages/${name}/{src,browser}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@layerwise/(?!(${[...allowed, name].join('|') || '-'})(/|$))`,
            message: `packages/${name} may import ${allowed.length ? allowed.join(', ') : 'no other package of this repository'} only (docs/layers.js)`,
          },
          { regex: '^\\.\\./\\.\\./', message: 'reach another package by its name, not by its path' },
        ],
      },
    ],
  },
}));

/** Rules that need types, and bounds of size, each with its options. */
const bounds = {
  '@typescript-eslint/no-floating-promises': [],
  '@typescript-eslint/no-unnecessary-type-assertion': [],
  // A stage's table of parameters and the parameters it is run with have one name.
  '@typescript-eslint/no-shadow': [{ allow: ['params', '_'] }],
  'no-duplicate-imports': [],
  complexity: [15],
  'max-lines-per-function': [60],
};

/** Lines of all code, strings and comments included; a regular expression cannot be broken. */
const width = {
  files: ['**/*.{ts,mts,js,mjs}'],
  rules: { 'max-len': ['error', { code: 160, ignoreUrls: true, ignoreRegExpLiterals: true }] },
};

const bounded = {
  files: ['packages/*/{src,browser}/**/*.ts'],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: Object.fromEntries(Object.entries(bounds).map(([rule, options]) => [rule, ['error', ...options]])),
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'artifacts/**',
      '.nx/**',
      'packages/kernels/assembly/*/*.ts',
      'docs/api/**',
      'bench/.venv/**',
      'bench/.work/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'take a seeded generator' }],
      eqeqeq: 'error',
    },
  },
  ...direction,
  bounded,
  width,
);
