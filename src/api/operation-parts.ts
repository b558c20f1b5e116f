/**
 * What operations have in common: groups of refusal codes, parameters, and the operation that takes a signed
 * statement.
 */
import * as v from 'valibot';
import { StatementBody, Stored } from '../core/shapes/procedure-shapes.ts';
import { LIMITS } from '../http/body.ts';
import { allow, factory } from '../http/context.ts';
import { json, type Operation } from '../http/operation.ts';
import { findReached, reachBatch } from '../service/open-batch.ts';
import { ID, TOKEN } from './openapi-examples.ts';

export const CENTRES = ['city', 'province'] as const;
export const ALL = ['organization', 'city', 'province'] as const;
export const EVERYBODY = ['applicant', 'organization', 'city', 'province'] as const;

export const OF_STATEMENTS = [
  'statement_malformed',
  'algorithm_not_allowed',
  'type_wrong',
  'header_not_allowed',
  'key_unknown',
  'signature_wrong',
  'claims_malformed',
  'authority_missing',
  'statement_not_yet_valid',
  'statement_expired',
  'centre_withdrawn',
] as const;
/** Of certificates that do not count because something under them was withdrawn. */
export const OF_WITHDRAWALS = [
  'filing_withdrawn',
  'centre_withdrawn',
  'client_withdrawn',
  'approval_withdrawn',
  'issuing_key_withdrawn',
] as const;
export const OF_NUMBERS = ['number_malformed', 'number_old_qualification', 'number_special_grade'] as const;
export const OF_BATCHES = ['batch_not_found', 'out_of_reach', 'register_differs'] as const;
export const OF_ARCHIVES = [
  'archive_malformed',
  'archive_encrypted',
  'archive_method',
  'archive_empty',
  'archive_too_many',
  'archive_too_large',
] as const;
/** Of an approval that a batch is held to. */
export const OF_APPROVALS = [
  'tier_wrong',
  'approver_wrong',
  'approver_same_key',
  'city_approval_missing',
  'city_approval_late',
  'approval_before_upload',
  'organization_differs',
  'audience_wrong',
  'batch_differs',
  'root_differs',
  'count_differs',
] as const;

export const AFTER = v.pipe(v.string(), v.metadata({ description: '上一页的 next / `next` of the page before' }));
/** A whole number of up to `digits` digits. @param message what is said of anything else */
export const wholeOf = (digits: number, keywords: Record<string, unknown> = {}, message?: string) =>
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^\\d{1,${digits}}$`), message),
    v.transform(Number),
    v.metadata({ type: 'integer', minimum: 0, ...keywords }),
  );
/** Shows that a person asks, where a check of persons is configured and `human_check_required` was answered. */
export const PERSON = { 'cf-turnstile-response': v.pipe(v.string(), v.maxLength(2048)) };

/** Codes of whatever takes one signed statement. */
export const OF_STORED = [...OF_STATEMENTS, 'issuer_not_caller', 'statement_repeated', 'key_malformed'] as const;

/** An operation that stores one signed statement. */
export const storing = <const O extends Pick<Operation, 'summary' | 'description' | 'roles' | 'problems'>>(
  given: O,
) => ({
  tag: '鉴定指导中心' as const,
  ...given,
  body: json(StatementBody, { statement: TOKEN }),
  limit: LIMITS.statement,
  answers: {
    201: { description: '已保存 / stored', content: json(Stored, { jti: ID }) },
    200: {
      description: '同一声明先前已保存 / the very same statement was stored before',
      content: json(Stored, { jti: ID }),
    },
  },
});

/** What is below a batch is told to callers that are known, whatever it is. */
export const batchGuard = factory.createApp().use('/v1/batches/:id/*', allow(...ALL));

/** Lets those through who reach the batch of the address. @throws Refusal `batch_not_found`, `out_of_reach` */
export const reachedBatch = factory.createMiddleware(async (c, next) => {
  await findReached(c.var.service, c.var.caller, c.req.param('id') as string);
  await next();
});

/** The same, with the batch opened as `c.var.batch`. */
export const openedBatch = factory.createMiddleware(async (c, next) => {
  c.set('batch', await reachBatch(c.var.service, c.var.caller, c.req.param('id') as string));
  await next();
});
