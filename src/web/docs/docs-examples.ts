/**
 * Examples of /docs: commands for curl, made of the declared operations with this service's own address, for whatever
 * anyone may call (calls with a key are signed one by one). A test runs each of them.
 */

import { PARAMETERS } from '../../api/openapi.ts';
import { HOST_OF_EXAMPLES } from '../../api/openapi-examples.ts';
import type { Operation, Operations } from '../../http/operation.ts';

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
export function examplesOf(route: string, operation: Operation, origin: string): Example[] {
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
