/**
 * Owns the list of certificate templates. New certificates are issued with CURRENT; every certificate is printed with
 * the template that it was issued with, so a used template stays here, unchanged, for ever.
 */
import type { Template } from '../src/life/document.ts';
import { template as v1 } from './v1/template.ts';

export const TEMPLATES: Readonly<Record<string, Template>> = { v1 };
export const CURRENT = 'v1';
