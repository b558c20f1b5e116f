/**
 * The service worker: the pages that check without a network, kept whole as one version, and shown when the network
 * does not answer. It fetches what it keeps by itself; certificates, searches, reports and downloads pass by untouched.
 */

/** Made by the build of everything that is kept. */
declare const VERSION: string;

interface WaitingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends WaitingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(type: 'install' | 'activate', listener: (event: WaitingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const worker = self as unknown as Worker;
const OURS = 'luzheng-pages-';
const CACHE = OURS + VERSION;
const PAGES = ['/', '/scan', '/check'];
/** Milliseconds after which a network that says nothing counts as none. */
const PATIENCE = 5_000;

async function fresh(path: string): Promise<Response> {
  const response = await fetch(path, { cache: 'reload' });
  if (!response.ok || response.redirected) throw new Error(`${path} answered ${response.status}`);
  return response;
}

/** A version is kept whole or not at all: a crash or a lost network leaves the one before in place. */
async function install(): Promise<void> {
  const pages = await Promise.all(PAGES.map(async (path) => [path, await fresh(path)] as const));
  const html = await Promise.all(pages.map(([, page]) => page.clone().text()));
  const named = new Set(
    html.flatMap((text) =>
      [...text.matchAll(/(?:href|src|data-work)="(\/(?:assets\/[\w.-]+(?:\?v=[\w-]+)?|manifest\.webmanifest))"/g)].map(
        (match) => match[1] as string,
      ),
    ),
  );
  const files = await Promise.all([...named].map(async (path) => [path, await fresh(path)] as const));
  const cache = await caches.open(CACHE);
  await Promise.all([...pages, ...files].map(([path, response]) => cache.put(path, response)));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(OURS) && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

/** One of each is kept, in the language of whoever installed it. */
const kept = async (path: string): Promise<Response | undefined> =>
  (await caches.open(CACHE)).match(path, { ignoreVary: true });

/** The network's answer; without one, or when it takes too long, what is kept. */
async function answer(request: Request, path: string): Promise<Response> {
  const network = fetch(request);
  // Late, when something else was shown already, its failure is nobody's.
  network.catch(() => undefined);
  const slow = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
  try {
    const first = await Promise.race([network, slow]);
    if (first) return first;
  } catch (error) {
    const instead = await kept(path);
    if (instead) return instead;
    throw error;
  }
  return (await kept(path)) ?? network;
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (PAGES.includes(pathname)) event.respondWith(answer(request, pathname));
    // A code that a camera opened: the scanner reads number and digits from the address and checks the seal.
    else if (/^\/c\/[^/]+$/.test(pathname)) event.respondWith(answer(request, '/scan'));
  } else if (pathname.startsWith('/assets/') || pathname === '/manifest.webmanifest')
    event.respondWith(answer(request, pathname + search));
});
