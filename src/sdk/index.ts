/** What programs of training schools and centres use: see README.md, “From your own program”. */
export { isRefusal, Refusal } from '../base/refusal.ts';
export * from './batch.ts';
export * from './call.ts';
export * from './certify.ts';
export * from './fetch-certificates.ts';
export * from './file-organization.ts';
export * from './read-key-file.ts';
export * from './send-step.ts';
export * from './sign.ts';
