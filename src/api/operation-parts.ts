/** The JSON Schemas of openapi.json, made of the valibot schemas that the code itself reads with. */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { together } from '../base/words.ts';
import { knownLabel } from '../core/field-words.ts';
import { LEVELS } from '../core/number.ts';
import { BODIES } from '../core/procedure/bodies.ts';
import type { StepName } from '../core/procedure/steps.ts';
import { SCHEMAS, type StatementType } from '../core/schema.ts';
import * as batchShapes from '../core/shapes/batch-shapes.ts';
import * as certificateShapes from '../core/shapes/certificate-shapes.ts';
import * as procedureShapes from '../core/shapes/procedure-shapes.ts';
import { StatementBody, Stored } from '../core/shapes/procedure-shapes.ts';
import * as publicShapes from '../core/shapes/public-shapes.ts';
import { NamedPublicKey, PublicKey, Statement } from '../core/shapes/shape-parts.ts';
import { LIMITS } from '../http/body.ts';
import { allow, factory } from '../http/context.ts';
import { json, type Operation, upTo } from '../http/operation.ts';
import { PROBLEMS } from '../http/problems.ts';
import { findReached, reachBatch } from '../service/open-batch.ts';
import { ID, TOKEN } from './openapi-examples.ts';
import { wordsOfClaim, wordsOfStatement } from './statement-words.ts';

export interface JsonSchema {
  type?: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
  description?: string;
  [keyword: string]: unknown;
}

const isSchema = (value: unknown): value is v.GenericSchema =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'schema';

/** `plan.file` → `StepPlanFile`, `approval+jwt` → `StatementApproval`: names of their schemas. */
const capital = (word: string): string => `${word[0]?.toUpperCase()}${word.slice(1)}`;
const stepSchema = (step: string): string => `Step${step.split('.').map(capital).join('')}`;
export const statementSchema = (typ: StatementType): string => `Statement${capital(typ.slice(0, -'+jwt'.length))}`;

/** Every schema with a name in the document: those of requests and answers, of statements, and of what steps say. */
const NAMED: Record<string, v.GenericSchema> = { PublicKey, NamedPublicKey, Statement };
for (const shapes of [certificateShapes, batchShapes, procedureShapes, publicShapes])
  for (const [name, shape] of Object.entries(shapes)) if (isSchema(shape)) NAMED[name] = shape;
for (const [typ, schema] of Object.entries(SCHEMAS)) NAMED[statementSchema(typ as StatementType)] = schema;
for (const [step, schema] of Object.entries(BODIES)) NAMED[stepSchema(step)] = schema;

const NAMES = new Map(Object.entries(NAMED).map(([name, schema]) => [schema, name]));

export const refTo = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** What cannot be said in JSON Schema (checks of a whole, transformations) is left out. */
const CONFIG: ConversionConfig = {
  target: 'draft-2020-12',
  errorMode: 'ignore',
  overrideRef: ({ referenceId }) => refTo(referenceId).$ref as string,
  // The one custom schema is a level.
  overrideSchema: ({ valibotSchema }) =>
    (valibotSchema as { type: string }).type === 'custom'
      ? { type: 'integer', enum: [...LEVELS], minimum: 1, maximum: 5 }
      : undefined,
};

/** A schema of an operation: its name where it has one, else itself. */
export function schemaOf(schema: v.GenericSchema): JsonSchema {
  const name = NAMES.get(schema);
  if (name !== undefined) return refTo(name);
  const { $schema, ...json } = toJsonSchema(schema as Parameters<typeof toJsonSchema>[0], CONFIG) as JsonSchema;
  return json;
}

/**
 * Calls `say` for each property with its dotted path (`jobs[]`: of an entry of a list), and for alternatives without.
 */
function walk(schema: JsonSchema, say: (part: JsonSchema, path?: string) => void, path = ''): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    say(property, at);
    walk(property, say, at);
  }
  const { items, anyOf = [], additionalProperties: values } = schema;
  for (const entry of [items, values]) if (typeof entry === 'object') say(entry, `${path}[]`);
  for (const part of anyOf) say(part);
  for (const part of [...(items ? [items] : []), ...anyOf]) walk(part, say, path);
}

/** Everything under `#/components/schemas`. */
export function namedSchemas(): Record<string, JsonSchema> {
  const schemas = toJsonSchemaDefs(NAMED as Parameters<typeof toJsonSchemaDefs>[0], CONFIG) as unknown as Record<
    string,
    JsonSchema
  >;
  const of = (name: string): JsonSchema => schemas[name] as JsonSchema;
  for (const typ of Object.keys(SCHEMAS) as StatementType[]) {
    const schema = of(statementSchema(typ));
    Object.assign(schema, { title: typ, description: wordsOfStatement(typ) });
    walk(schema, (claim, path) => {
      const { description = claim.description, ...keywords } = wordsOfClaim(typ, path, claim);
      Object.assign(claim, description === undefined ? {} : { description }, keywords);
    });
  }
  for (const step of Object.keys(BODIES) as StepName[]) {
    const schema = of(stepSchema(step));
    schema.title = step;
    walk(schema, (field, path) => {
      const label = path === undefined ? undefined : knownLabel(path);
      if (label) field.description ??= together(label);
    });
  }
  const step = of('StepBody').properties?.body as JsonSchema;
  step.anyOf = Object.keys(BODIES).map((name) => refTo(stepSchema(name)));
  const { kid, x, y } = of('PublicKey').properties as Record<'kid' | 'x' | 'y', JsonSchema>;
  kid.description = 'key id';
  x.description = 'coordinate, base64url without padding';
  y.description = x.description;
  const named = of('NamedPublicKey').properties as Record<'x' | 'y', JsonSchema>;
  for (const name of ['x', 'y'] as const) named[name].description = x.description;
  (of('Problem').properties?.code as JsonSchema).enum = [...Object.keys(PROBLEMS), 'not_configured'];
  Object.assign(of('Statement'), signed(Object.keys(SCHEMAS) as StatementType[]));
  return schemas;
}

/** A signed statement: header and payload, as JSON Schema's validation vocabulary describes a JWT (§8.6). */
const signed = (types: readonly StatementType[]): JsonSchema => ({
  description: '签名声明 / a signed statement',
  contentMediaType: 'application/jwt',
  contentSchema: {
    type: 'array',
    prefixItems: [
      { type: 'object', properties: { alg: { const: 'ES256' } } },
      { anyOf: types.map((typ) => refTo(statementSchema(typ))) },
    ],
    items: {},
    minItems: 2,
    maxItems: 2,
  },
});

// What operations have in common: groups of refusal codes, parameters, and the operation that takes a signed
// statement.

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
  body: upTo(LIMITS.statement, json(StatementBody, { statement: TOKEN })),
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
