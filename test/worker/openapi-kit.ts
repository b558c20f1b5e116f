/**
 * What the tests of openapi.json share: the document, its operations by method and path, what is wrong with a value under
 * a schema of it, and calls whose answers are held to it.
 */
import { type Schema as JsonSchema, Validator } from '@cfworker/json-schema';
import { expect } from 'vitest';
import { describeApi } from '../../src/api/openapi.ts';
import { OPERATIONS } from '../../src/app.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import {
  candidate,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  ORIGIN,
  type Organization,
  type Province,
  type Submitted,
} from '../kit.ts';
import { callAs } from './forge.ts';

export type Json = Record<string, unknown>;
interface Media {
  schema: Json;
  example?: unknown;
}
export interface Described {
  responses: Record<string, { content?: Record<string, Media>; $ref?: string }>;
  requestBody?: { content: Record<string, Media> };
  security: unknown[];
  summary: string;
}

export const doc = describeApi(ORIGIN, OPERATIONS);
export const operations = new Map<string, Described>(
  Object.entries(doc.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one as Described] as const),
  ),
);

/** What is wrong with a value under a schema of the document; empty when it fits. */
export function faults(schema: Json, value: unknown): string[] {
  const { errors } = new Validator({ components: doc.components, ...schema } as JsonSchema, '2020-12', false).validate(
    value,
  );
  return errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
}

/** `POST /v1/steps good`: what was called, and how it answered. */
export const called = new Set<string>();

/** Calls, and holds the answer to what stands for its route, status and type. */
export async function ask(
  route: string,
  names: Record<string, string>,
  by: Identity | undefined,
  expected: number,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Json> {
  const [method, template] = route.split(' ') as [string, string];
  const { response, text, status } = await callAs(
    by,
    method,
    template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? '')),
    body,
    headers,
  );
  expect([route, status, status === expected ? '' : text]).toEqual([route, expected, '']);
  const type = (response.headers.get('content-type') ?? '').split(';')[0] as string;
  const { responses } = operations.get(route) as Described;
  const described = responses[status];
  expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining([String(status)])]);
  if (status !== 303)
    expect([route, status, Object.keys(described?.content ?? {})]).toEqual([
      route,
      status,
      expect.arrayContaining([type]),
    ]);
  called.add(`${route} ${status < 400 ? 'good' : 'bad'}`);
  if (!/[/+]json$/.test(type)) return {};
  const value = JSON.parse(text) as Json;
  expect([route, faults(described?.content?.[type]?.schema as Json, value)]).toEqual([route, []]);
  return value;
}

export let world: Province;
export let school: Organization;
export let batch: Submitted;
export let one: Issued;
export const CODE = 'S000037000001';
export const holder = { name: '欧阳建国', id_number: idNumber(1) };
export const form = 'application/x-www-form-urlencoded';

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  school = await fileWith(world.city, CODE);
  ({
    batch,
    certificates: [one],
  } = (await certify(world, school, [candidate(1)])) as unknown as { batch: Submitted; certificates: [Issued] });
}
