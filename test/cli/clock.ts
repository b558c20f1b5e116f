/** Preloaded into commands of tests (node --import): they, and the service that they call, live at LUZHENG_AT (NumericDate). */
const at = process.env.LUZHENG_AT as string;
Date.now = () => Number(at) * 1000;
const send = globalThis.fetch;
globalThis.fetch = (input, init) =>
  send(input, { ...init, headers: { ...(init?.headers as Record<string, string> | undefined), 'Luzheng-Clock': at } });
