/** What programs of training schools and centres use; README.md says how, test/sdk/school-upload.ts shows it. */
export { isRefusal, Refusal } from '../base/refusal.ts';
export { readRows } from '../core/rows/row-file.ts';
export * from './batch.ts';
export * from './call.ts';
export * from './certify.ts';
export * from './fetch-certificates.ts';
export * from './file-organization.ts';
export * from './read-key-file.ts';
export * from './send-step.ts';
export * from './sign.ts';
