/**
 * What is wrong with a field is said in words: every field of every step and of every call, wrong in every way, and not a
 * word of the schemas' own in what people read.
 */
import type * as v from 'valibot';
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import { explain } from '../../src/cli/talk.ts';
import { knownLabel } from '../../src/core/field-words.ts';
import { BODIES, bodyFaults, readBody } from '../../src/core/procedure/bodies.ts';
import { readInspectorTable } from '../../src/core/procedure/name-lists.ts';
import type { StepName } from '../../src/core/procedure/steps.ts';
import { readPayload, SCHEMAS, type StatementType } from '../../src/core/schema.ts';
import { CallError } from '../../src/sdk/call.ts';

/** Words of schemas, patterns, and a dotted path where a label belongs. */
const MACHINE = /Invalid|Expected|received|undefined|\/\^|\\d|<time|(?:^|[\s：“])[a-z_]+(?:\.[a-z_0-9]+)+\s*[:：]/;
const bilingual = (message: string): boolean => /\p{Script=Han}/u.test(message) && / \/ .*[a-z]/.test(message);

interface Node {
  type?: string;
  entries?: Record<string, Node>;
  item?: Node;
  wrapped?: Node;
  options?: unknown;
  pipe?: Node[];
  kind?: string;
  literal?: unknown;
}
/** The schema of a value, under what is optional or checked besides. */
function core(node: Node): Node {
  if (node.wrapped) return core(node.wrapped);
  if (node.pipe && !node.entries && !node.item) return node.pipe[0] === node ? node : core(node.pipe[0] as Node);
  return node;
}

/** Something that fits a schema nearly everywhere, so that one field at a time can be wrong. */
function sample(schema: Node): unknown {
  const node = core(schema);
  if (node.entries) return Object.fromEntries(Object.entries(node.entries).map(([name, one]) => [name, sample(one)]));
  if (node.item) return [sample(node.item)];
  if (node.type === 'number') return 1;
  if (node.type === 'literal') return node.literal;
  if (node.type === 'picklist') return (node.options as unknown[])[0];
  return 'x';
}

const VALUES: unknown[] = [
  undefined,
  null,
  '',
  ' ',
  '一千',
  -1,
  0.5,
  1e12,
  true,
  false,
  [],
  {},
  ['x'],
  { x: 1 },
  'x'.repeat(60_000),
  '\u0007',
  Array.from({ length: 60 }, () => 'x'),
];

/** Every place of a value, with a changed copy of the whole. */
function* wrong(whole: unknown, schema: Node, path: string[] = []): Generator<unknown> {
  const node = core(schema);
  const put = (value: unknown): unknown => {
    const copy = structuredClone(whole);
    let at = copy as Record<string, unknown>;
    for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
    at[path.at(-1) as string] = value;
    return copy;
  };
  for (const value of VALUES) yield path.length === 0 ? value : put(value);
  if (node.entries) {
    yield path.length === 0 ? { ...(whole as object), surprising: 1 } : put({ surprising: 1 });
    for (const [name, one] of Object.entries(node.entries)) yield* wrong(whole, one, [...path, name]);
  }
  if (node.item) yield* wrong(whole, node.item, [...path, '0']);
}

test.each(Object.keys(BODIES) as StepName[])('%s: every field wrong in every way is told in words', (step) => {
  const schema = BODIES[step] as unknown as Node;
  let refused = 0;
  for (const body of wrong(sample(schema), schema)) {
    const faults = bodyFaults(step, body);
    if (faults.length === 0) continue;
    refused++;
    for (const { message } of faults)
      expect([message, bilingual(message), MACHINE.test(message)]).toEqual([message, true, false]);
    try {
      readBody(step, body);
    } catch (error) {
      if (!isRefusal(error, 'step_body_malformed')) throw error;
      const problem = {
        type: '',
        status: 400,
        title: '填写的内容有误，请按提示修改',
        code: error.code,
        detail: error.message,
        ...error.facts,
      };
      // The command's lines begin with the path, for programs; the label stands beside it.
      const lines = [...explain(error).lines, ...explain(new CallError(problem as never)).lines].map((line) =>
        line.replace(/^[a-z][\w.-]*: (?=[^:]*\p{Script=Han}[^:]* \/ [^:]+: )/u, ''),
      );
      for (const said of [error.message, ...lines])
        expect([said.slice(0, 200), MACHINE.test(said)]).toEqual([said.slice(0, 200), false]);
      expect([error.message, bilingual(error.message)]).toEqual([error.message, true]);
    }
  }
  expect(refused).toBeGreaterThan(10);
});

test('every field of every step has a label', () => {
  const missing: string[] = [];
  const look = (schema: Node, path: string[]): void => {
    const node = core(schema);
    for (const [name, one] of Object.entries(node.entries ?? {})) {
      if (!knownLabel([...path, name].join('.'))) missing.push([...path, name].join('.'));
      look(one, [...path, name]);
    }
    if (node.item) look(node.item, path);
  };
  for (const schema of Object.values(BODIES)) look(schema as unknown as Node, []);
  expect(missing).toEqual([]);
});

test.each(Object.keys(SCHEMAS) as StatementType[])('%s: a claim that is wrong is told in words', (typ) => {
  const schema = SCHEMAS[typ] as unknown as Node & v.GenericSchema;
  for (const value of wrong(sample(schema), schema)) {
    const read = readPayload(typ, value);
    if (!('problem' in read)) continue;
    const { zh, en } = read.problem;
    expect([zh, en, MACHINE.test(`${zh} ${en}`), /\p{Script=Han}/u.test(zh)]).toEqual([zh, en, false, true]);
  }
});

test('a list of inspectors tells its faults in words', () => {
  const { faults } = readInspectorTable(encodeUtf8(`编号,姓名,单位,回避\nd 1,,${'长'.repeat(200)},S1\n`));
  expect(faults.length).toBeGreaterThan(2);
  for (const { message } of faults)
    expect([message, bilingual(message), MACHINE.test(message)]).toEqual([message, true, false]);
});
