/**
 * Names that every object of the language has (`constructor`) are no names of anything here: where somebody's text is
 * looked up in a table, only the table's own entries count.
 */
import { beforeAll, expect, test } from 'vitest';
import { labelOf } from '../../src/core/field-words.ts';
import { foundProvince } from '../kit.ts';
import { call } from './forge.ts';

beforeAll(async () => void (await foundProvince()));

test.each(['csv', 'xlsx'])('a template of such a name is not found (.%s)', async (form) => {
  expect(await call('GET', `/v1/templates/constructor.${form}`)).toMatchObject({ status: 404, code: 'not_found' });
  expect(await call('GET', `/v1/templates/roster.${form}`)).toMatchObject({ status: 200 });
});

test('a field of such a name is called by it', () => {
  expect(labelOf('constructor')).toEqual({ zh: '“constructor”一项', en: 'The field “constructor”' });
  expect(labelOf('roster.0.valueOf').en).toBe('The field “valueOf” (entry 1)');
});
