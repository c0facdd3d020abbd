// What every Vite and Vitest configuration here has in common.

import { defaultClientConditions, defaultServerConditions } from 'vite';

/** Packages of this workspace are used as the TypeScript they are, without a build in between. */
export const resolve = { conditions: ['source', ...defaultClientConditions] };

/** The same for what runs in Node. */
export const ssr = { resolve: { conditions: ['source', ...defaultServerConditions] } };

/** The oldest language level we ship: what browsers have had since 2021. */
export const target = 'es2022';
