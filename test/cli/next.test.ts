/** What the command says of the next step: commands as they can be typed, and what to do where there is none. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Command, Input } from '../../src/cli/command.ts';
import { issue, submit } from '../../src/cli/commands/luzheng-batch.ts';
import { check } from '../../src/cli/commands/luzheng-bulk.ts';
import { explain } from '../../src/cli/talk.ts';
import { provinceApproval, type Seen } from '../../src/sdk/batch.ts';
import { removed, scratch } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

test.each<[string, Command, string[], (input: Input) => string, string]>([
  [
    'with the key that was given',
    issue,
    ['b1', '--key', 'my/school.json'],
    (input) => input.next(['download', 'b1', '--out', 'my/certificates']),
    'npm run -s luzheng -- download b1 --out my/certificates --key my/school.json',
  ],
  [
    "with another party's key, at the same service",
    submit,
    ['list.csv', '--key', 'k.json', '--server', 'http://localhost:9999'],
    (input) => input.next(['approve', 'b1'], 'CENTRE.json'),
    'npm run -s luzheng -- approve b1 --key CENTRE.json --server http://localhost:9999',
  ],
  [
    'without a key',
    check,
    ['list.csv', '--key', 'bulk.txt'],
    (input) => input.next(['verify-receipt', '/tmp/我的 名单.ndjson'], null),
    "npm run -s luzheng -- verify-receipt '/tmp/我的 名单.ndjson'",
  ],
  [
    'with what a shell would take for something else',
    issue,
    ['b1', '--key', "a'b.json"],
    (input) => input.next(['x', '$(y)']),
    "npm run -s luzheng -- x '$(y)' --key 'a'\\''b.json'",
  ],
])('a next step can be typed as it stands: %s', (_, command, argv, next, line) =>
  expect(next(new Input(command, argv))).toBe(line),
);

test('a batch that was returned is said to be, with the reason and what to do', () => {
  const view: Seen['view'] = {
    id: 'b1',
    organization: 'S000037000001',
    count: 1,
    root: 'r',
    state: 'returned',
    returned_reason: '成绩单缺考评员签字',
    issued: 0,
    created_at: 0,
    procedure: 'none',
    approvals: [{ tier: 'province', iss: 'centre:3700', jti: 'j', approval: 'a', received_at: 0 }],
  };
  const told = (state: Partial<Seen['view']>): { text: string; code: unknown } => {
    try {
      return { text: provinceApproval({ view: { ...view, ...state } }), code: undefined };
    } catch (error) {
      const { lines, json } = explain(error);
      return { text: lines.join('\n'), code: json.code };
    }
  };
  expect(told({})).toEqual({
    code: 'batch_returned',
    text: expect.stringMatching(
      /已被中心退回，原因：成绩单缺考评员签字.*作为新批次重新提交.*returned this batch: 成绩单缺考评员签字/,
    ),
  });
  expect(told({ approvals: [] }).code).toBe('batch_returned');
  expect(told({ state: 'submitted', approvals: [] }).code).toBe('approval_missing');
  expect(told({ state: 'approved' }).text).toBe('a');
});

test('what the examples write, with names or keys in it, is nothing that git would take', () => {
  const folder = scratch();
  removed(folder);
  cpSync(join(ROOT, '.gitignore'), join(folder, '.gitignore'));
  execFileSync('git', ['init', '-q'], { cwd: folder });
  const texts = ['README.md', 'README.zh.md', 'keys/README.md'].map((file) => readFileSync(join(ROOT, file), 'utf8'));
  const written = texts.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:--out|--details|--body| -o| >) ([\w.-][\w./-]*\.(?:json|jsonl|csv|xlsx|ndjson|pdf|pem|html|txt|seed))\b/g,
      ),
    ].map(([, file]) => file as string),
  );
  const files = [...new Set([...written, 'staff.csv', 'results.request.ndjson', 'results.answers.ndjson'])];
  for (const file of ['staff.csv', 'results.xlsx', 'trust.json', 'holder.json', 'root.json', 'own.pdf'])
    expect(files).toContain(file);
  const taken = files.filter((file) => {
    try {
      execFileSync('git', ['check-ignore', '-q', '--no-index', file], { cwd: folder });
      return false;
    } catch {
      return true;
    }
  });
  expect(taken).toEqual([]);
  // What belongs to the product is.
  for (const file of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'src/cli/samples/candidates.csv',
    'test/vectors/requests.json',
  ]) {
    expect(() => execFileSync('git', ['check-ignore', '-q', '--no-index', file], { cwd: folder })).toThrow();
  }
});
