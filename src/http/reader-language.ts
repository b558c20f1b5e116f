/**
 * The reader's language: the cookie `lang` that the switch on every page sets, else Accept-Language, else Chinese; and
 * the switch itself, which works without JavaScript and leads nowhere but to a path of this service.
 */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { getCookie, setCookie } from 'hono/cookie';
import { decodeUtf8 } from '../base/bytes.ts';
import type { Language } from '../base/words.ts';
import { LIMITS, readBytes, requireType } from './body.ts';
import { type AppEnv, factory } from './context.ts';

const COOKIE = 'lang';
const YEAR = 31_536_000;

const isLanguage = (text: string | undefined): text is Language => text === 'zh' || text === 'en';

/** The language that the reader wants most among ours; `*` and languages that nobody here writes count for Chinese. */
function preferred(wanted: readonly { type: string; q: number }[]): Language {
  for (const { type } of wanted.filter(({ q }) => q > 0).toSorted((a, b) => b.q - a.q)) {
    const [primary] = type.toLowerCase().split('-');
    if (primary === '*') return 'zh';
    if (isLanguage(primary)) return primary;
  }
  return 'zh';
}

/** The language that leads on the answer to this request. */
export function languageOf(c: Context<AppEnv>): Language {
  const chosen = getCookie(c, COOKIE);
  if (isLanguage(chosen)) return chosen;
  return accepts(c, { header: 'Accept-Language', supports: ['zh', 'en'], default: 'zh', match: preferred }) as Language;
}

/** Where the switch leads back to: path and query of an address of this service, else the home page. */
export function backTo(asked: string, origin: string): string {
  const url = URL.parse(asked, origin);
  // `//host` would be another host's address, however it was spelled before.
  return url?.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search : '/';
}

export const languageRoutes = factory.createApp().post('/language', async (c) => {
  requireType(c, ['application/x-www-form-urlencoded']);
  const form = new URLSearchParams(decodeUtf8(await readBytes(c, LIMITS.small)));
  const { origin } = c.var.service.config;
  const to = form.get('to') ?? undefined;
  if (isLanguage(to))
    setCookie(c, COOKIE, to, {
      path: '/',
      maxAge: YEAR,
      sameSite: 'Lax',
      httpOnly: true,
      secure: origin.startsWith('https:'),
    });
  return c.body(null, 303, { 'Cache-Control': 'no-store', Location: backTo(form.get('back') ?? '/', origin) });
});
