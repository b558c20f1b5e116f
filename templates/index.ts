/**
 * The list of certificate templates. New certificates are issued with CURRENT; every certificate is printed with
 * the template that it was issued with, so a used template stays here, unchanged, for ever.
 */

import { Refusal } from '../src/base/refusal.ts';
import type { Template } from '../src/core/paper/template.ts';
import { template as v1 } from './v1/template.ts';
import { template as v2 } from './v2/template.ts';

const TEMPLATES: Readonly<Record<string, Template>> = { v1, v2 };
export const CURRENT = 'v2';

/** @throws Refusal `template_unknown` */
export function templateOf(name: string): Template {
  const template = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined;
  if (!template)
    throw new Refusal('template_unknown', 'The certificate names a template that is not here.', { template: name });
  return template;
}
