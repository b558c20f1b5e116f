/**
 * `GET /docs`: the API for people, made of the operations that openapi.json is made of, so that it has each of them.
 */

import { PARAMETERS } from '../../api/openapi.ts';
import { HOST_OF_EXAMPLES } from '../../api/openapi-examples.ts';
import type { Words } from '../../base/words.ts';
import { LIMITS } from '../../http/body.ts';
import { factory } from '../../http/context.ts';
import { type Operation, type Operations, TAGS } from '../../http/operation.ts';
import { PAIR_DAY, PAIR_MONTH, WRONG_GUESSES } from '../../service/guesses.ts';
import { hostOf, kept, page } from '../frame/problem-pages.tsx';
import { type DocGroup, DocsPage } from './docs-page.tsx';

/** `中文 / English`, as the tables have it. */
function wordsOf(text: string): Words {
  const at = text.indexOf(' / ');
  return at < 0
    ? { zh: text, en: text }
    : { zh: text.slice(0, at), en: `${text.charAt(at + 3).toUpperCase()}${text.slice(at + 4)}` };
}

function groupsFor(origin: string, all: Operations): DocGroup[] {
  return Object.entries(TAGS).map(([tag, title]) => ({
    title: wordsOf(title),
    operations: Object.entries(all).flatMap(([route, operation]) => {
      if (operation.tag !== tag) return [];
      const [method, path] = route.split(' ') as [string, string];
      const examples = examplesOf(route, operation, origin);
      const [first] = examples;
      return [
        {
          method,
          path,
          summary: wordsOf(operation.summary),
          roles: operation.roles ?? [],
          takes: Object.keys(operation.body ?? {}),
          answers: Object.entries(operation.answers).map(([status, { content }]) => ({
            status,
            types: Object.keys(content ?? {}),
          })),
          problems: operation.problems ?? [],
          commands: examples.map(curlOf),
          ...(first?.method === 'GET' ? { open: first.url.slice(origin.length) } : {}),
        },
      ];
    }),
  }));
}

/** @param operations what the app has, once all is mounted */
export const docsRoutes = (operations: () => Operations) =>
  factory.createApp().get('/docs', (c) => {
    const { origin, rates, trustRoot } = c.var.service.config;
    return page(
      c,
      200,
      <DocsPage
        host={hostOf(c)}
        origin={origin}
        roots={trustRoot}
        groups={groupsFor(origin, operations())}
        rates={rates}
        guesses={{ hour: WRONG_GUESSES, day: PAIR_DAY, month: PAIR_MONTH }}
        limits={LIMITS}
      />,
      kept,
    );
  });

// Examples of /docs: commands for curl, made of the declared operations with this service's own address, for whatever
// anyone may call (calls with a key are signed one by one). A test runs each of them.

/** One request, in its parts: `file` instead of a body where the body is a file of the reader's. */
export interface Example {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  file?: string;
  /** Where the answer goes that is no text. */
  output?: string;
}

const FILES: Record<string, string> = {
  'application/pdf': 'certificate.pdf',
  'application/vnd.luzheng.bundle+json': 'bundle.json',
  'application/vc+sd-jwt': 'certificate.sd-jwt',
  'application/zip': 'certificates.zip',
};
const PUBLIC_TAGS: readonly Operation['tag'][] = ['查询核验', '公开数据', '服务'];

const fill = (path: string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(PARAMETERS[name]?.example ?? name));

/** Types of the good answer that a caller has to ask for. */
const furtherTypes = ({ answers }: Operation): string[] =>
  Object.keys(answers[200]?.content ?? {})
    .slice(1)
    .filter((type) => type !== 'application/json');

/** The examples of an operation; none where a key is needed, or for pages. */
function examplesOf(route: string, operation: Operation, origin: string): Example[] {
  if (operation.roles || !PUBLIC_TAGS.includes(operation.tag)) return [];
  const [method, path] = route.split(' ') as [string, string];
  const base: Example = { method, url: origin + fill(path), headers: {} };
  const bodies = Object.entries(operation.body ?? {}).map(([type, { example }]): Example => {
    const headers = { 'Content-Type': type };
    const text = typeof example === 'string' ? example.trimEnd() : JSON.stringify(example);
    if (example !== undefined && /jsonl?$/.test(type))
      return { ...base, headers, body: text.replaceAll(HOST_OF_EXAMPLES, origin) };
    return { ...base, headers, file: FILES[type] ?? 'body' };
  });
  const [first = base, ...others] = bodies;
  const [defaultType = ''] = Object.keys(operation.answers[200]?.content ?? {});
  const plain =
    FILES[defaultType] === undefined
      ? first
      : { ...first, headers: { ...first.headers, Accept: defaultType }, output: FILES[defaultType] as string };
  const asked = furtherTypes(operation).map(
    (type): Example => ({
      ...first,
      headers: { ...first.headers, Accept: type },
      ...(FILES[type] === undefined ? {} : { output: FILES[type] }),
    }),
  );
  return [plain, ...asked, ...others];
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** One command, a line for each part that is long. */
export function curlOf({ method, url, headers, body, file, output }: Example): string {
  const parts = [
    `curl -s ${method === 'GET' || body !== undefined || file !== undefined ? '' : `-X ${method} `}${url}`,
  ];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${quote(body)}`);
  if (file !== undefined) parts.push(`--data-binary @${file}`);
  if (output !== undefined) parts.push(`-o ${output}`);
  return parts.join(' \\\n  ');
}

/** All examples, by operation. */
export const allExamples = (operations: Operations, origin: string): [route: string, examples: Example[]][] =>
  Object.entries(operations).map(([route, operation]) => [route, examplesOf(route, operation, origin)]);
