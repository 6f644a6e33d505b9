export * as LIMITS from './limit-values.ts';
