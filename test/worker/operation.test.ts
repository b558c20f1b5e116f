/** What a route declares holds: its answers by type, its bodies by kind and size. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { factory } from '../../src/http/context.ts';
import { answer, json, ok, operation, sentBody, TEXT, upTo } from '../../src/http/operation.ts';
import { onError } from '../../src/http/problems.ts';

const Counted = v.strictObject({ id: v.string(), count: v.number(), state: v.picklist(['open', 'closed']) });
const Form = v.strictObject({ rows: v.unknown(), photos: v.optional(v.string()) });
const declared = { tag: '服务', summary: '试 / trial' } as const;
const counted = { id: 'a', count: 1, state: 'open' } as const;

const app = factory
  .createApp()
  .onError(onError)
  .get(
    '/counted',
    operation({
      ...declared,
      query: { as: v.picklist(['it is', 'another state', 'more', 'less', 'another status', 'another shape', 'text']) },
      answers: {
        200: { description: 'counted', content: json(Counted) },
        202: { description: 'not yet', content: json(v.strictObject({ left: v.number() })) },
      },
    }),
    (c) => {
      switch (c.req.valid('query').as) {
        case 'another state':
          // @ts-expect-error a word that the shape does not have
          return answer(c, { ...counted, state: 'ajar' });
        case 'more':
          // @ts-expect-error a field that the shape does not have
          return answer(c, { id: 'a', count: 1, state: 'open', colour: 'red' });
        case 'less':
          // @ts-expect-error a field that is missing
          return answer(c, { id: 'a', state: 'open' });
        case 'another status':
          // @ts-expect-error a status that is not declared
          return answer(c, counted, 201);
        case 'another shape':
          // @ts-expect-error the shape of another status
          return answer(c, counted, 202);
        case 'text':
          // @ts-expect-error text for a number
          return answer(c, { ...counted, count: '1' });
        default:
          return answer(c, counted);
      }
    },
  )
  .post(
    '/sent',
    operation({
      ...declared,
      body: {
        ...upTo(40, { ...json(v.strictObject({ id: v.string() })), 'text/csv': { schema: TEXT } }, 'Split it.'),
        ...upTo(200, { 'multipart/form-data': { schema: Form } }),
      },
      answers: ok('what was sent', json(v.object({ type: v.string(), said: v.string() }))),
    }),
    (c) => {
      const sent = sentBody(c);
      if ('form' in sent) {
        // @ts-expect-error a field that the form does not have
        sent.form.get('colour');
        return answer(c, { type: sent.type, said: new TextDecoder().decode(sent.form.get('rows')?.bytes) });
      }
      // @ts-expect-error a field that the body does not have
      if ('json' in sent) return answer(c, { type: sent.type, said: sent.json.id + (sent.json.colour ?? '') });
      return answer(c, { type: sent.type, said: new TextDecoder().decode(sent.bytes) });
    },
  );

test('an answer of the declared shape goes out as it is; what the types refuse is refused where it is written, not here', async () => {
  const answered = await app.request('/counted');
  expect([answered.status, await answered.json()]).toEqual([200, counted]);
});

describe('a body is read as it is declared', () => {
  const send = async (type: string, body: string) => {
    const answered = await app.request('/sent', { method: 'POST', headers: { 'Content-Type': type }, body });
    return [answered.status, await answered.json()] as [number, Record<string, unknown>];
  };
  const form = (name: string, value: string) =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--x--\r\n`;
  const FORM = 'multipart/form-data; boundary=x';

  test('JSON in its shape, a file as bytes, a form by its parts', async () => {
    expect(await send('application/json', '{"id":"a"}')).toEqual([200, { type: 'application/json', said: 'a' }]);
    expect(await send('text/csv; charset=utf-8', 'a,b')).toEqual([200, { type: 'text/csv', said: 'a,b' }]);
    expect(await send(FORM, form('rows', 'a,b'))).toEqual([200, { type: 'multipart/form-data', said: 'a,b' }]);
  });

  test('each kind has its own limit and refusals', async () => {
    const codes = [
      await send('application/json', '{"id":1}'),
      await send('text/csv', 'a'.repeat(41)),
      await send(FORM, form('rows', 'a'.repeat(200))),
      await send(FORM, form('colour', 'red')),
      await send('application/pdf', '%PDF'),
    ].map(([status, { code, limit, allowed }]) => [status, code, limit ?? allowed]);
    expect(codes).toEqual([
      [400, 'body_malformed', undefined],
      [413, 'body_too_large', 40],
      [413, 'body_too_large', 200],
      [400, 'multipart_field_unexpected', ['rows', 'photos']],
      [415, 'media_type_not_supported', ['application/json', 'text/csv', 'multipart/form-data']],
    ]);
    expect((await send('text/csv', 'a'.repeat(41)))[1].detail).toContain('Split it.');
  });
});
