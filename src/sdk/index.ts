/** What programs of training schools and centres use; README.md says how, test/sdk/school-upload.ts shows it. */
export { isRefusal, Refusal } from '../base/refusal.ts';
export { readRows } from '../core/rows/rows.ts';
export * from './batch.ts';
export * from './call.ts';
export * from './fetch-certificates.ts';
export * from './file-organization.ts';
export * from './sign.ts';
