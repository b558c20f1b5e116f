import { type JsonSchema, refTo } from './json-schema.ts';

export type Schema = JsonSchema;
export const ref = refTo;
