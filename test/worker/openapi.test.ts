/** The document openapi.json: the same routes as the Worker, references, examples and words that hold, statements as core/schema.ts has them. */
import { describe, expect, test } from 'vitest';
import { statementSchema } from '../../src/api/operation-parts.ts';
import { app, OPERATIONS } from '../../src/app.ts';
import { SCHEMAS, type StatementType } from '../../src/core/schema.ts';
import { PROBLEMS } from '../../src/http/problems.ts';
import { ORIGIN } from '../kit.ts';
import { doc, faults, type Json, operations } from './openapi-kit.ts';

describe('the table of routes', () => {
  /** `/c/:number` → `/c/{number}`; `/v1/certificates/:file{[^/]+\.pdf}` → `/v1/certificates/{number}.pdf`. */
  const written = (path: string) =>
    path
      .replace('{.+}', '')
      .replace(/:\w+\{[^}]*?\\\.(\w+)\}/g, '{number}.$1')
      .replace(/:(\w+)/g, '{$1}');
  const real = new Set<string>(
    app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${written(path)}`),
  );

  test('every route of the Worker is described', () =>
    expect([...real].filter((route) => !operations.has(route))).toEqual([]));
  test('every described route exists', () =>
    expect([...operations.keys()].filter((route) => !real.has(route))).toEqual([]));
});

describe('the document itself', () => {
  test('every reference leads somewhere', () => {
    const text = JSON.stringify(doc);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(doc.components.schemas).toHaveProperty(name as string);
    expect(text).not.toContain('undefined');
  });

  test('operations have names of their own, and every path parameter is described', () => {
    const ids = [...operations.values()].map((one) => (one as unknown as { operationId: string }).operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, item] of Object.entries(doc.paths)) {
      for (const one of Object.values(item) as {
        parameters?: { name: string; in: string; description?: string; schema: Json }[];
      }[]) {
        const described = (one.parameters ?? [])
          .filter((parameter) => parameter.in === 'path' && parameter.description && parameter.schema)
          .map(({ name }) => name);
        expect([path, described]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])]);
      }
    }
  });

  test('every example fits its schema', () => {
    let seen = 0;
    const walk = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { schema, example, examples } = node as { schema?: Json; example?: unknown; examples?: unknown[] };
      if (schema && example !== undefined) {
        seen++;
        expect([at, faults(schema, example)]).toEqual([at, []]);
      }
      if (Array.isArray(examples))
        for (const one of examples) expect([at, faults(node as Json, one)]).toEqual([at, []]);
      for (const [key, value] of Object.entries(node))
        if (key !== 'example' && key !== 'examples') walk(value, `${at}/${key}`);
    };
    walk(doc, '');
    expect(seen).toBeGreaterThan(25);
  });

  test('every operation has words in Chinese and English, and problems that exist', () => {
    for (const [route, { summary }] of operations)
      expect([route, summary]).toEqual([route, expect.stringMatching(/\p{Script=Han}.* \/ .*[a-z]/u)]);
    for (const { problems = [] } of Object.values(OPERATIONS))
      for (const code of problems) expect(Object.keys(PROBLEMS)).toContain(code);
  });

  test('what linters of other people ask for: operations say what they do, arrays what they hold, and somebody answers for it all', () => {
    for (const [route, one] of operations)
      expect([route, (one as unknown as Json).description]).toEqual([route, expect.stringMatching(/\S/)]);
    expect(doc.info.contact.url).toBe(`${ORIGIN}/docs`);
    const walk = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if ((node as Json).type === 'array')
        expect([at, Object.keys(node)]).toEqual([at, expect.arrayContaining(['items'])]);
      for (const [key, value] of Object.entries(node))
        if (key !== 'example' && key !== 'examples') walk(value, `${at}/${key}`);
    };
    walk(doc, '');
  });

  test('every problem stands at some operation, or belongs to all', () => {
    const anywhere = ['method_not_allowed', 'not_found', 'unexpected', 'day_malformed', 'ciphertext_wrong'];
    const text = JSON.stringify(doc.paths);
    // Of uploads: found row by row, so that they come as row faults; kept as problems for the last resort.
    const last = [
      'text_too_long',
      'seal_too_large',
      'seal_text_too_long',
      'seal_key_out_of_range',
      'seal_date_out_of_range',
    ];
    expect(
      Object.keys(PROBLEMS).filter(
        (code) => !text.includes(`"${code}"`) && !anywhere.includes(code) && !last.includes(code),
      ),
    ).toEqual([]);
  });

  test.each(Object.keys(SCHEMAS) as StatementType[])('the payload of %s has the claims of core/schema.ts', (typ) => {
    const entries = SCHEMAS[typ].entries as Record<string, { type: string }>;
    const { properties, required } = doc.components.schemas[statementSchema(typ)] as {
      properties: Json;
      required: string[];
    };
    expect(Object.keys(properties).sort()).toEqual(Object.keys(entries).sort());
    expect([...required].sort()).toEqual(
      Object.keys(entries)
        .filter((name) => entries[name]?.type !== 'optional')
        .sort(),
    );
  });
});
