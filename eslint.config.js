import tseslint from 'typescript-eslint';
import { layers } from './docs/layers.js';

/** What a package may not import, by the table in docs/layers.js. */
const direction = Object.entries(layers).map(([name, allowed]) => ({
  files: [`packages/${name}/src/**/*.ts`],
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

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'artifacts/**',
      '.nx/**',
      'packages/kernels/assembly/*.ts',
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
);
