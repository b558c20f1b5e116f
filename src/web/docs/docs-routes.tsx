/**
 * `GET /docs`: the API for people, made of the operations that openapi.json is made of, so that it has each of them.
 */

import type { Words } from '../../base/words.ts';
import { LIMITS } from '../../http/body.ts';
import { factory } from '../../http/context.ts';
import { type Operations, TAGS } from '../../http/operation.ts';
import { PAIR_DAY, PAIR_MONTH, WRONG_GUESSES } from '../../service/guesses.ts';
import { hostOf, kept, page } from '../frame/page-response.tsx';
import { curlOf, examplesOf } from './docs-examples.ts';
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
